"""Claims about the public face of the package."""

from __future__ import annotations

import subprocess
import sys

import pytest

import backrun_fit as bf


def test_every_public_name_is_there_and_listed_once() -> None:
    assert len(set(bf.__all__)) == len(bf.__all__)
    for name in bf.__all__:
        assert getattr(bf, name) is not None
        assert name in dir(bf)


def test_every_name_with_a_home_is_public() -> None:
    assert {*bf._HOME_OF, *bf._MODULES} == set(bf.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'run_backwards'"):
        _ = bf.run_backwards  # type: ignore[attr-defined]


def test_a_submodule_of_the_same_name_never_hides_a_public_function() -> None:
    import backrun_fit.compile  # noqa: F401 - what is imported must not matter

    assert callable(bf.compile_workout)
    assert callable(bf.rehearse)
    assert callable(bf.check)


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = (
        "import sys, backrun_fit; heavy = {'numpy', 'fit_tool', 'fitparse', 'lark', 'rich', "
        "'attrs', 'cattrs', 'yaml'} & set(sys.modules); assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
