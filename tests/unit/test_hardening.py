"""The program as the linker left it: what makes a mistake in it hard to use."""
import os
import re
import subprocess

import pytest

PROGRAM = os.environ.get("NICHED", "build/niched")


def readelf(*options):
    return subprocess.run(["readelf", "-W", *options, PROGRAM], capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def symbols():
    return set(re.findall(r"UND (\w+)", readelf("--dyn-syms")))


def test_it_can_be_loaded_anywhere():
    assert re.search(r"Type: +DYN", readelf("-h")) and "Flags: NOW PIE" in readelf("-d")


def test_nothing_is_written_and_executed():
    segments = readelf("-l")
    assert not re.search(r" RWE ", segments) and re.search(r"GNU_STACK .* RW +0x", segments)


def test_what_the_linker_fills_in_is_read_only_afterwards():
    assert "GNU_RELRO" in readelf("-l") and "BIND_NOW" in readelf("-d")


def test_libraries_come_from_the_system():
    assert not re.search(r"\((RPATH|RUNPATH|TEXTREL)\)", readelf("-d"))


def test_stack_and_buffers_are_checked(symbols):
    if symbols & {"__asan_init", "__tsan_init"} or any(name.startswith("__asan") for name in symbols):
        pytest.skip("a sanitizer checks them")
    assert "__stack_chk_fail" in symbols and len([name for name in symbols if name.endswith("_chk")]) > 5
