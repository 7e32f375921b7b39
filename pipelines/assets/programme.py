"""The programme an asset works on, as a Dagster resource."""

from contextlib import AbstractContextManager
from pathlib import Path

import dagster as dg

from pipelines.run_lock import run_lock
from pipelines.settings import Programme, find_programme_folder, load_programme


class ProgrammeFolder(dg.ConfigurableResource[None]):
    """Names the folder of the programme; an empty name means the one found from where Dagster was started."""

    folder: str = ""

    def load(self) -> Programme:
        """The programme's settings, read afresh.

        Raises:
            SettingsError: there is no such programme, or its settings are wrong.
        """
        return load_programme(find_programme_folder(Path(self.folder) if self.folder else None))

    def held(self) -> AbstractContextManager[None]:
        """Hold the programme against a second run for the length of one step."""
        return run_lock(self.load().folders)
