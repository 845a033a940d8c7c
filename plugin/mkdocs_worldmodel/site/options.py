# The plugin's options in mkdocs.yml, as MkDocs wants them stated; what they are stands in choices.py.

from __future__ import annotations

from copy import copy
from typing import Any, Generic, Literal, TypeVar

from mkdocs.config import config_options as opt
from mkdocs.config.base import BaseConfigOption, Config, ConfigErrors, ConfigWarnings, ValidationError

from mkdocs_worldmodel.site.choices import CHOICES, meant

T = TypeVar("T")


class _Chosen(BaseConfigOption[T], Generic[T]):
    """The option of the table that has the attribute's name."""

    def __set_name__(self, owner: Any, name: str) -> None:
        super().__set_name__(owner, name)  # type: ignore[no-untyped-call]  # MkDocs' class is untyped
        self._choice = CHOICES[name]
        self.default = self._choice.default

    def run_validation(self, value: object) -> T:
        try:
            found: T = copy(self._choice.value(value))
        except ValueError as error:
            raise ValidationError(str(error)) from None
        return found


class WorldModelConfig(Config):  # type: ignore[no-untyped-call]  # MkDocs' class is untyped
    """Options in mkdocs.yml."""

    enabled = _Chosen[bool]()
    frozen = _Chosen[bool]()
    film = _Chosen[Any]()
    serve = _Chosen[Literal["none", "low", "full"]]()
    defaults = _Chosen[dict[str, Any]]()
    roots = opt.ListOfItems(opt.Dir(exists=True), default=[])
    workers = _Chosen[int | Literal["auto"]]()
    time_limit = _Chosen[float]()
    memory_limit = _Chosen[float]()
    store_dir = _Chosen[str]()
    store_max = _Chosen[float]()
    store_days = _Chosen[float]()
    page_weight = _Chosen[float]()

    def validate(self) -> tuple[ConfigErrors, ConfigWarnings]:
        failed, warned = super().validate()
        known = [name for name, _ in self._schema]
        return failed, [
            (name, said if name in known else f"there is no such option; {meant(str(name), known)}")
            for name, said in warned
        ]
