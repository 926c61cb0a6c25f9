"""Five letters for a package, to say aloud and to type: the same inside one prepared folder, whoever asks and whenever."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

from analysis.tables.files import writing
from sim.world.errors import Refusal, nearest
from workshop.engine.package import Package
from workshop.table.wrong import Wrong

ALPHABET = "BFGHKLMRTWXYZ"  # no vowels, so that no word comes out; none that looks or sounds like another: C D I J N O P Q S U V are out
LENGTH, FILE = 5, "codes.txt"
MOST_BYTES, MOST_CODES = 20_000_000, 50_000


class Letters:
    """The letters of a folder.

    Attributes:
        said: what was found in its file that is not as it was written.
    """

    def __init__(self, folder: Path) -> None:
        self.path, self.said = folder / FILE, list[str]()
        self._packages: dict[str, Package] = {}
        self._letters: dict[Package, str] = {}
        self._one = threading.Lock()
        if self.path.exists():
            self._read()

    def _read(self) -> None:
        with open(self.path, "rb") as file:
            raw = file.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise Refusal(f"{self.path} is larger than {MOST_BYTES:,} bytes; take it out of the folder, and letters are made anew")
        kept = raw[: raw.rfind(b"\n") + 1]
        for number, line in enumerate(kept.decode("ascii", "replace").splitlines(), 1):
            letters, _, package = line.partition(" ")
            try:
                self._add(letters, Package.read(package))
            except ValueError as error:
                way_out = "take the file out of the folder, and letters are made anew"
                raise Refusal(f"{self.path}, line {number}: {error}; {way_out}") from None
        if len(kept) < len(raw):
            with writing(self.path), open(self.path, "r+b") as file:
                file.truncate(len(kept))
            self.said.append(f"{self.path}: its last line was cut short, and is dropped")

    def _add(self, letters: str, package: Package) -> None:
        if len(letters) != LENGTH or not set(letters) <= set(ALPHABET):
            raise Refusal("no letters of a package")
        if letters in self._packages or package in self._letters:
            raise Refusal("letters or a package that stand there already")
        self._packages[letters], self._letters[package] = package, letters

    def of(self, package: Package) -> str:
        """The letters of a package; new ones are on the disk when this returns. Raises Wrong where there are too many."""
        with self._one:
            return self._letters.get(package) or self._new(package)

    def _new(self, package: Package) -> str:
        if len(self._packages) >= MOST_CODES:
            raise Wrong("Er zijn te veel pakketten in deze map.", f"this folder holds {MOST_CODES} packages, and no more fit", 409)
        line, attempt = package.line(), 0
        while (letters := _drawn(line, attempt)) in self._packages:
            attempt += 1
        with writing(self.path), open(self.path, "ab") as file:
            file.write(f"{letters} {line}\n".encode())
            file.flush()
            os.fsync(file.fileno())
        self._add(letters, package)
        return letters

    def package(self, typed: str) -> Package:
        """The package of letters as somebody typed them, capitals, spaces and stripes or not. Raises Wrong with the nearest."""
        letters = "".join(sign for sign in typed[:40].upper() if sign.isalnum())
        found = self._packages.get(letters)
        if found is not None:
            return found
        near = nearest(letters, self._packages)
        nl, en = (f" Bedoelt u {near}?", f"; did you mean {near}?") if near else (" Kijk de vijf letters na.", "; check the five letters")
        raise Wrong(f"Deze letters horen bij geen pakket in deze map.{nl}", f"no package of this folder has these letters{en}", 404)

    def __len__(self) -> int:
        return len(self._packages)


def _drawn(line: str, attempt: int) -> str:
    """Letters from a content; another attempt gives others."""
    number = int.from_bytes(hashlib.sha256(f"{attempt} {line}".encode()).digest()[:8])
    return "".join(ALPHABET[number // len(ALPHABET) ** at % len(ALPHABET)] for at in range(LENGTH))
