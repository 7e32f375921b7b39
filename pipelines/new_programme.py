"""Making a programme's folder: from templates, or with a made-up programme in it."""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from pathlib import Path

from pipelines.identity import create_identity_key
from pipelines.private_files import make_private_folder
from pipelines.questionnaires import write_questionnaires
from pipelines.settings import PLAN_FILE, SETTINGS_FILE, Folders

KEY_FILE = Path("secrets") / "identity.key"
FORMS = "forms"


def make_programme(folder: Path) -> list[Path]:
    """Make a programme's folder; returns the files and folders made.

    Raises:
        FileExistsError: there is a programme in it already; nothing is changed.
    """
    if (folder / SETTINGS_FILE).exists():
        raise FileExistsError(f"{folder} holds a programme already; nothing was changed.")
    folders = Folders(folder)
    make_private_folder(folder)
    make_private_folder(folders.inbox)
    make_private_folder(folders.sources)
    made = [folders.inbox]
    with as_file(files("pipelines") / "templates") as templates:
        for template in sorted((templates / "sources").glob("*.toml")):
            made.append(_copied(template, folders.sources / template.name))
        made += write_questionnaires(folder / FORMS)
        made.append(_copied(templates / PLAN_FILE, folder / PLAN_FILE))
        if not (folder / KEY_FILE).exists():
            create_identity_key(folder / KEY_FILE)
        made.append(folder / KEY_FILE)
        # Last: a folder with settings is a programme that is complete.
        made.append(_copied(templates / SETTINGS_FILE, folder / SETTINGS_FILE))
    return made


def make_demo(folder: Path) -> None:
    """Make a programme with a made-up programme's exports in its inbox; the truth lies beside it."""
    from models.simulate import Scenario, cut_on, simulate
    from pipelines.demo import write_exports

    scenario = Scenario()
    inbox = Folders(folder).inbox
    make_private_folder(folder)
    make_private_folder(inbox)
    write_exports(simulate(scenario), inbox, time_zone=scenario.time_zone)
    make_programme(folder)
    settings = (folder / SETTINGS_FILE).read_text("utf-8")
    for old, new in (
        ('name = "Peer coaching"', 'name = "Peer coaching at Example Works"'),
        ("is_synthetic = false", "is_synthetic = true"),
        ("# ends_on = 2026-09-27", f"ends_on = {cut_on(scenario)}"),
    ):
        settings = settings.replace(old, new)
    (folder / SETTINGS_FILE).write_text(settings, "utf-8")


def _copied(template: Path, target: Path) -> Path:
    if not target.exists():
        shutil.copyfile(template, target)
    return target
