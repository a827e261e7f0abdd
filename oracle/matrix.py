"""The habilitation matrix: profession x document type (facts c.10, decisions 6 and 13)."""
import sources

DOCTOR = f"{sources.G15}|10"


def is_doctor(profession):
    """Code 10 of TRE_G15, or of TRE_G16 (decision 6: a doctor in training "has the doctor's column")."""
    return profession is not None and profession.rpartition("|")[2] == "10"


def in_training(profession):
    """Decision 6: "a doctor in training (10 of TRE_G16)": code 10 of another system than TRE_G15."""
    return is_doctor(profession) and profession != DOCTOR


def is_optician(profession):
    return profession == f"{sources.G15}|28"


class Matrix:
    """The cells that a file prints. `*` in type_code is every type, of the row's class when it has one."""

    def __init__(self, path=None):
        self.class_of = sources.classes_by_type()
        self.cells = {}
        for row in sources.matrix_rows(path):
            self.add(row, documented_only=path is None)
        self.professions = sorted({profession for profession, _, _ in self.cells})

    def add(self, row, documented_only):
        profession = row["profession_code"]
        if "|" not in profession:
            if not profession.isdigit():
                return      # a role, a certificate, a range: the functional rights rule them, not the matrix
            profession = f"{sources.G15}|{profession}"
        access = next(value for name, value in row.items() if name.startswith("access"))
        if access == "unknown" or (documented_only and not row["status"].startswith("documented")):
            return
        every = row["type_code"] in ("*", "")
        self.cells[profession, None if every else row["type_code"], row["class_code"] if every else ""] = access

    def cell(self, profession, type_code):
        """`read`, `none`, or None where no cell is printed."""
        # Decision 13: "The optician reads nothing of classes 31 and 60 and no prescription of medicines (57833-6)".
        if is_optician(profession) and (self.class_of.get(type_code) in ("31", "60") or type_code == "57833-6"):
            return "none"
        found = self.printed(profession, type_code)
        # Decision 6: the doctor in training has "the doctor's cells as `assumed`".
        if found is None and in_training(profession):
            return self.printed(DOCTOR, type_code)
        return found

    def printed(self, profession, type_code):
        for key in ((profession, type_code, ""), (profession, None, self.class_of.get(type_code, "")), (profession, None, "")):
            if key in self.cells:
                return self.cells[key]
        return None
