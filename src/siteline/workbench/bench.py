"""
Runs stages and remembers them: the same stage on the same inputs is never run twice.

A product is known by its *recipe*: the stage, the hash of its source, the versions of the numeric libraries,
the options, the digests of what went in. Nouns are kept in the run's row, arrays in the cache folder under
the recipe; each is filed when its stage has ended, so that an interrupted survey goes on where it was.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import inspect
import json
import shutil
import time
import typing
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

from siteline import __version__
from siteline.model.errors import BadInput
from siteline.model.imagery import Scene
from siteline.model.slot import Limits, ModelFile
from siteline.store.blobs import room_on_disk
from siteline.store.codec import digest, from_json, to_json
from siteline.store.runs import StageRun
from siteline.workbench.case import Case

T = TypeVar("T")
I = TypeVar("I")

_NUMERIC = ("numpy", "scipy", "rasterio", "xarray", "odc-stac", "scikit-image", "shapely", "pyproj")


class Work(NamedTuple):
    """How often a stage ran, and how often what it makes was on record."""

    anew: int
    kept: int


class Progress(Protocol):
    """Told how far a stage has come; the faces draw it."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """`done` of `total` items of `stage` are finished."""


def say_nothing(stage: str, done: int, total: int) -> None:
    """A progress that nobody watches."""


class Bench:
    """One case, with stages run on it."""

    def __init__(self, case: Case, progress: Progress = say_nothing) -> None:
        self.case = case
        self.progress = progress
        self.recipes: dict[str, str] = {}
        """Recipe of each stage's last run; of a stage run on many items, the digest of all their recipes."""

        self._held: set[Path] = set()
        """Cache entries that this bench has handed out: not to be trimmed while they may be read."""

        self.seconds: dict[str, float] = {}
        """Seconds of each stage, when it ran first; summed over items."""

        self.work: dict[str, Work] = {}
        """Of each stage, how much this bench did and how much it found done."""

    def run(self, stage: Callable[..., T], *inputs: Any) -> T:
        """What `stage` makes of `inputs`: from the record if it ran before, else now."""
        self.progress(stage.__name__, 0, 1)
        made = self._once(stage, inputs)
        self.progress(stage.__name__, 1, 1)
        return made

    def each(
        self,
        stage: Callable[..., T],
        items: Iterable[I],
        *shared: Any,
        check: Callable[[I], None] | None = None,
    ) -> list[T]:
        """
        `stage(item, *shared)` for every item, each filed as soon as it is done: the unit of resume.

        check: called with an item just before the stage really runs on it; what it raises is not filed.
        """
        listed = list(items)
        made, recipes = [], []
        for count, item in enumerate(listed):
            self.progress(stage.__name__, count, len(listed))
            made.append(self._once(stage, (item, *shared), None if check is None else partial(check, item)))
            recipes.append(self.recipes[stage.__name__])
        self.recipes[stage.__name__] = digest(*recipes)
        self.progress(stage.__name__, len(listed), len(listed))
        return made

    def _once(
        self, stage: Callable[..., T], inputs: Sequence[Any], check: Callable[[], None] | None = None
    ) -> T:
        name = f"{stage.__module__}.{stage.__name__}"
        described = [_identify(value) for value in inputs]
        versions = versions_of(stage.__module__)
        recipe = digest(name, json.dumps(versions, sort_keys=True), *described)
        self.recipes[stage.__name__] = recipe
        kind = typing.get_type_hints(stage)["return"]
        before = self.case.runs.find(recipe)
        if before is not None:
            try:
                made = self._restore(kind, before.output, recipe)
            except _Evicted:
                pass
            else:
                self._count(stage.__name__, before.seconds, anew=False)
                return typing.cast("T", made)
        if check is not None:
            check()
        started = time.perf_counter()
        fresh = stage(*inputs)
        with room_on_disk(self.case.folder):
            output = self._keep(kind, fresh, recipe)
        spent = time.perf_counter() - started
        self._count(stage.__name__, spent, anew=True)
        inputs_text = json.dumps([text if len(text) < 2000 else digest(text) for text in described])
        self.case.runs.record(
            StageRun(recipe, name, inputs_text, json.dumps(versions, sort_keys=True), spent, output)
        )
        return typing.cast("T", self._restore(kind, output, recipe) if _holds_arrays(kind) else fresh)

    def _count(self, stage: str, seconds: float, *, anew: bool) -> None:
        self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds
        so_far = self.work.get(stage, Work(0, 0))
        self.work[stage] = Work(so_far.anew + anew, so_far.kept + (not anew))

    def _keep(self, kind: Any, value: Any, recipe: str) -> str:
        """JSON of a product; its arrays go to the cache, each under the recipe and its field's name."""
        if _is_dataset(kind):
            self._cache_array(value, recipe)
            return "{}"
        if not _holds_arrays(kind):
            return to_json(value)
        parts = {}
        for name, inner in _field_types(kind).items():
            part = getattr(value, name)
            parts[name] = self._keep(inner, part, f"{recipe}.{name}")
        return json.dumps(parts)

    def _restore(self, kind: Any, output: str, recipe: str) -> Any:
        if _is_dataset(kind):
            return self._cached_array(recipe)
        if not _holds_arrays(kind):
            return from_json(kind, output)
        parts = json.loads(output)
        return kind(
            **{
                name: self._restore(inner, parts[name], f"{recipe}.{name}")
                for name, inner in _field_types(kind).items()
            }
        )

    def _cache_array(self, cube: Any, recipe: str) -> None:
        from siteline.cube.cache import save_cube

        home = self.case.cache / recipe[:2] / recipe[2:]
        home.parent.mkdir(parents=True, exist_ok=True)
        (self.case.cache / "CACHEDIR.TAG").write_text("Signature: 8a477f597d28d172789f06886806bc55\n")
        if home.exists():
            shutil.rmtree(home)
        save_cube(cube.assign_attrs(recipe=recipe), home)
        self._held.add(home)
        self._trim()

    def _cached_array(self, recipe: str) -> Any:
        from siteline.cube.cache import open_cube

        home = self.case.cache / recipe[:2] / recipe[2:]
        try:
            cube = open_cube(home)
        except BadInput as error:  # damaged or gone: derived bytes are made again
            raise _Evicted from error
        self._held.add(home)
        return cube.assign_attrs(recipe=recipe)

    def _trim(self) -> None:
        """Hold the cache under its cap: what was written longest ago goes first, never what is in use here."""
        entries = []
        for folder in self.case.cache.glob("??/*"):
            with contextlib.suppress(FileNotFoundError):  # another process may be trimming too
                size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
                entries.append((folder.stat().st_mtime, size, folder))
        surplus = sum(size for _, size, _ in entries) - self.case.settings.cache.max_gb * 1e9
        for _, size, folder in sorted(entries):
            if surplus <= 0:
                return
            if folder not in self._held:
                shutil.rmtree(folder, ignore_errors=True)
                surplus -= size


class _Evicted(Exception):
    """A cached array is gone or damaged: the stage must run again."""


def _is_dataset(kind: Any) -> bool:
    return getattr(kind, "__module__", "").startswith("xarray")


def _field_types(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _holds_arrays(kind: Any) -> bool:
    if _is_dataset(kind):
        return True
    is_record = inspect.isclass(kind) and (is_dataclass(kind) or hasattr(kind, "_fields"))
    return is_record and any(_is_dataset(inner) for inner in _field_types(kind).values())


def _identify(value: Any) -> str:
    """What an input is, as text: an array by its recipe, a scene by its bytes, a noun by its content."""
    if _is_dataset(type(value)):
        return f"array:{value.attrs['recipe']}"
    if isinstance(value, Scene):
        return to_json(replace(value, href="", mask_href=value.mask_sha256))
    if isinstance(value, ModelFile):
        return to_json(replace(value, href=""))
    if isinstance(value, Limits):
        return "limits"  # they decide whether there is an answer, never which
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return "[" + ",".join(_identify(inner) for inner in value) + "]"
    if _holds_arrays(type(value)):
        names = [f.name for f in fields(value)] if is_dataclass(value) else list(value._fields)
        return "{" + ",".join(f"{name}={_identify(getattr(value, name))}" for name in names) + "}"
    return to_json(value)


def versions_of(module: str) -> dict[str, str]:
    """What a result depends on beside its inputs: Siteline, the source of the module's room, the numeric libraries."""
    return {"siteline": __version__, "source": source_of(module), **_numeric_versions()}


@cache
def source_of(module: str, package: Path = Path(__file__).parents[1]) -> str:
    """Hash of what a stage runs by: its room, with the weights that lie there, and the floors below that it may call."""
    room = module.split(".")[1]
    total = hashlib.sha256()
    for folder in (room, "raster", "model"):
        held = (package / folder).rglob("*")
        for file in sorted(file for file in held if file.suffix in (".py", ".json")):
            total.update(file.relative_to(package).as_posix().encode() + b"\0" + file.read_bytes())
    return total.hexdigest()


@cache
def _numeric_versions() -> dict[str, str]:
    return {name: importlib.metadata.version(name) for name in _NUMERIC}
