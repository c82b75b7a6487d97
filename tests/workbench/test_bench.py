"""A stage that ran is not run again; what it made is found by its recipe."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from siteline.model.quantity import Quantity
from siteline.workbench.bench import Bench, source_of
from siteline.workbench.case import Case, make_case

CALLS: list[float] = []


def double(size: Quantity, times: int) -> Quantity:
    """A stage that counts how often it runs."""
    CALLS.append(size.value)
    if size.value < 0:
        raise RuntimeError("stopped in the middle")
    return Quantity(size.value * times, size.sigma, size.unit)


@dataclass(frozen=True)
class Pair:
    """Two nouns out of one stage."""

    first: Quantity
    second: tuple[Quantity, ...]


def pair(size: Quantity) -> Pair:
    """A stage whose product is a record of nouns."""
    return Pair(size, (size, size))


@pytest.fixture
def case(tmp_path: Path) -> Case:
    CALLS.clear()
    return make_case(tmp_path / "case")


def sizes(*values: float) -> list[Quantity]:
    return [Quantity(value, 1, "m") for value in values]


def test_the_same_inputs_run_once(case: Case) -> None:
    """The second call reads the record, in this process or the next; another option runs anew."""
    [size] = sizes(2)
    assert Bench(case).run(double, size, 3) == Bench(case).run(double, size, 3)
    assert len(CALLS) == 1
    Bench(case).run(double, size, 4)
    assert len(CALLS) == 2


def test_an_interrupted_stage_goes_on_where_it_was(case: Case) -> None:
    """What was finished before the stop is not done again after it."""
    with pytest.raises(RuntimeError):
        Bench(case).each(double, sizes(1, 2, -3, 4), 3)
    assert CALLS == [1, 2, -3]
    made = Bench(case).each(double, sizes(1, 2, 3, 4), 3)
    assert [m.value for m in made] == [3, 6, 9, 12]
    assert CALLS == [1, 2, -3, 3, 4]


def test_a_record_of_nouns_comes_back_equal(case: Case) -> None:
    """A product with several fields is restored from its row."""
    [size] = sizes(2)
    assert Bench(case).run(pair, size) == Bench(case).run(pair, size) == Pair(size, (size, size))


def test_arrays_are_restored_from_the_cache_and_made_again_without_it(case: Case) -> None:
    """A cube comes back exactly; if the cache is gone or damaged the stage runs again."""
    import xarray as xr

    from tests.workbench import stages_for_tests as stages

    [size] = sizes(5)
    stages.CALLS.clear()
    first = Bench(case).run(stages.make_cube, size)
    second = Bench(case).run(stages.make_cube, size)
    xr.testing.assert_identical(first.load(), second.load())
    assert len(stages.CALLS) == 1
    for chunk in case.cache.rglob("*.npy"):
        chunk.write_bytes(b"damaged")
    xr.testing.assert_identical(Bench(case).run(stages.make_cube, size).load(), first.load())
    assert len(stages.CALLS) == 2
    shutil.rmtree(case.cache)
    Bench(case).run(stages.make_cube, size)
    assert len(stages.CALLS) == 3


def test_an_array_is_an_input_by_its_recipe(case: Case) -> None:
    """A stage fed with a cube is remembered as well, without reading the cube's pixels."""
    from tests.workbench import stages_for_tests as stages

    [size] = sizes(5)
    stages.CALLS.clear()
    for _ in range(2):
        bench = Bench(case)
        assert bench.run(stages.brightest, bench.run(stages.make_cube, size)).value == 5
    assert stages.CALLS == ["make_cube", "brightest"]


def test_what_a_check_refuses_is_not_filed(case: Case) -> None:
    """A failed check stops the stage before it runs; once it passes, the stage runs as if nothing had been."""
    trusted = False

    def check(_: Quantity) -> None:
        if not trusted:
            raise RuntimeError("altered bytes")

    with pytest.raises(RuntimeError, match="altered"):
        Bench(case).each(double, sizes(3), 2, check=check)
    assert CALLS == []
    trusted = True
    assert [m.value for m in Bench(case).each(double, sizes(3), 2, check=check)] == [6]


def test_a_small_cache_never_takes_what_is_in_use(case: Case) -> None:
    """However small the cap, arrays handed out stay readable until the work is done; older ones go."""
    from tests.workbench import stages_for_tests as stages

    tight = case.settings.model_copy(
        update={"cache": case.settings.cache.model_copy(update={"max_gb": 1e-9})}
    )
    case.settings = tight
    bench = Bench(case)
    cubes = [bench.run(stages.make_cube, size) for size in sizes(1, 2, 3)]
    assert [float(cube["value"].max()) for cube in cubes] == [1, 2, 3]
    Bench(case).run(stages.make_cube, sizes(4)[0])
    assert len(list(case.cache.glob("??/*"))) == 1


def test_other_weights_are_another_source(tmp_path: Path) -> None:
    """What a stage reads from a file of its room counts as its code does; what Python keeps beside it does not."""
    room = tmp_path / "change"
    room.mkdir()
    (room / "find.py").write_text("read the weights")
    (room / "weights.json").write_text("[1]")

    def source() -> str:
        source_of.cache_clear()
        return source_of("siteline.change.find", tmp_path)

    before = source()
    (room / "__pycache__").mkdir()
    (room / "__pycache__/find.pyc").write_bytes(b"compiled")
    assert source() == before
    (room / "weights.json").write_text("[2]")
    assert source() != before
