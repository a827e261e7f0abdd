"""The functional rights sheet PDT-INF-526 (26 actions x 12 columns) and its AIR differences (PDT-INF-606), by table."""
import sources

# Our short names -> the sheet's transaction and action.
ROWS = {
    "authenticate": ("TD0.1", "Authentification sur le DMP"),
    "test-existence": ("TD0.2", "Test d'existence et vérification de l'autorisation"),
    "declare": ("TD0.3", "Se déclarer autorisé"),
    "withdraw-self": ("TD0.3", "Supprimer son autorisation"),
    "give-up-medecin-traitant": ("TD0.3", "Se supprimer médecin traitant (MT)"),
    "my-patients": ("TD0.4", "Liste des DMP autorisés"),
    "search-by-traits": ("TD0.5", "Recherche d'un patient sans INS"),
    "web-access": ("TD0.9", "Accès Web PS contextuel"),
    "admin-data": ("TD1.3a", "Consultation des données administratives"),
    "list-authorizations": ("TD1.6", "Liste des PS autorisés/bloqués"),
    "provide": ("TD2.1", "Alimentation"),
    "provide-cpe": ("TD2.2", "Alimentation par CPE (secrétariat libéral)"),
    "find": ("TD3.1", "Rechercher les métadonnées"),
    "find-reference": ("TD3.1", "Rechercher la référence d'un document"),
    "retrieve": ("TD3.2", "Consulter: documents non masqués aux PS"),
    "read-masked": ("TD3.2", "Consulter: documents masqués aux PS"),
    "read-invisible": ("TD3.2", "Consulter: non visibles du patient / représentant légal"),
    "read-archived": ("TD3.2", "Consulter: archivés"),
    "read-deprecated": ("TD3.2", "Consulter: obsolètes"),
    "read-deleted": ("TD3.2", "Consulter: supprimés (as printed)"),
    "mask": ("TD3.3a", "Masquer aux PS"),
    "unmask": ("TD3.3a", "Démasquer aux PS"),
    "make-visible": ("TD3.3b", "Rendre visible au patient"),
    "archive": ("TD3.3d", "Archiver*"),
    "unarchive": ("TD3.3d", "Désarchiver*"),
    "delete": ("TD3.3c", "Supprimer*"),
}

# NOTES, "AIR mode": "no 'Se supprimer MT' line ... TD2.1 and TD2.2 are refused in AIR"; decision 15: "archive and unarchive are
# `any document` for doctors, `own` for others, in the three modes".
AIR = {"give-up-medecin-traitant": "N", "provide": "N", "provide-cpe": "N"}
AIR_DOCTOR = {**AIR, "archive": "Y", "unarchive": "Y"}
AIR_OTHER = {**AIR, "archive": "Y8", "unarchive": "Y8"}
# NOTES: "a non-PS employee (PE) may: TD0.1, TD0.2, TD0.3 add (for the structure), TD0.4 (same structure), TD0.10, TD1.3a,
# TD3.1 find reference, TD3.3c (structure's documents)". Nothing else, and (decision 15) in no other mode.
AIR_EMPLOYEE = {"authenticate": "Y", "test-existence": "Y", "declare": "Y1", "my-patients": "Y2", "web-access": "Y", "admin-data": "Y",
                "find-reference": "Y5", "delete": "Y9"}

# Decision 12: "Reading means TD0.4, TD1.3a, TD1.6, TD3.1, TD3.2 ..."; 4: nor is a consent declared where nothing is read.
READING = {"declare", "my-patients", "admin-data", "list-authorizations", "find", "retrieve", "read-masked", "read-invisible", "read-archived",
           "read-deprecated", "read-deleted"}

PREFIX = {"normal": "normal", "centre-15": "regulation", "bris-de-glace": "brisdeglace"}


class FunctionalRights:
    def __init__(self):
        by_key = {(row["transaction"], row["action"]): row for row in sources.functional_rights()}
        self.sheet = {name: by_key[key] for name, key in ROWS.items()}

    def cell(self, name, requester, mode, is_mt):
        """`Y`, `N`, or `Y` with the number of its note."""
        if requester.kind == "staff" and requester.means == "air":
            return AIR_EMPLOYEE.get(name, "N") if mode == "normal" else "N"
        # Decision 15: "A column that the rights sheet lacks is N throughout".
        # README, 24.
        if requester.occupational and mode != "normal" and name in READING:
            return "N"
        printed = self.sheet[name].get(column(requester, mode, is_mt), "N")
        if requester.means != "air":
            return printed
        return (AIR if requester.occupational else AIR_DOCTOR if requester.doctor else AIR_OTHER).get(name, printed)


def column(requester, mode, is_mt):
    """Whose column a requester has in a mode."""
    suffix = PREFIX[mode]
    # Decision 6: "Indirect: the certES columns, whoever is named."
    if requester.kind == "structure" or requester.means == "indirect":
        return f"certES_{suffix}"
    if requester.kind == "staff":
        return f"CPE_{suffix}"
    if requester.occupational:
        return "medecin_travail"
    if not requester.doctor:
        return f"nonmed_{suffix}"
    # Decision 15: "médecin traitant in regulation = doctor in regulation".
    return f"MT_{suffix}" if is_mt and mode != "centre-15" else f"med_{suffix}"
