"""The tables of the sources, read from their files."""
import csv
import os
from pathlib import Path

DOMAIN = Path(os.environ.get("DMP_DOMAIN") or Path(__file__).resolve().parents[2] / "shared" / "domain")
G15 = "1.2.250.1.71.1.2.7"


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def classes_by_type():
    """type-codes.csv: the class of each type (J57 derived from typeCode)."""
    return {row["code"]: row["class_code"] for row in rows(DOMAIN / "type-codes.csv")}


def functional_rights():
    return rows(DOMAIN / "code-lists" / "functional-rights-matrix-PDT-INF-526-v1.8.csv")


def known_professions():
    """subject-role-professions-J65.csv: what a professional may be. The systems whose OID is not captured are matched by their name."""
    return {(row["code_system_oid"], row["code_system_name"], row["code"]) for row in rows(DOMAIN / "code-lists" / "subject-role-professions-J65.csv")}


def matrix_rows(path=None):
    return rows(path or DOMAIN / "matrix.csv")
