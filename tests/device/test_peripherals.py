"""The sections of the peripherals: the examples, and every mistake that a person can make."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from device import cli
from device.configuration import UnitSettings, read
from wire.errors import ConfigurationError
from wire.settings import parse

KIOSK_EXAMPLE = Path(cli.__file__).with_name("kiosk.example.toml")

COUNTER = """
[unit]
id = "unit-3"
hall = "main"
counter = "c3"
state = "/tmp/state"
[hardware]
kind = "real"
"""
KIOSK = COUNTER.replace('counter = "c3"', 'role = "kiosk"')


def settings_of(text: str) -> UnitSettings:
    return parse(text, UnitSettings, "unit.toml")


def mistakes(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        settings_of(text)
    return [mistake.removeprefix("unit.toml: ") for mistake in caught.value.mistakes]


def test_the_kiosk_s_example_is_right_and_shows_every_default() -> None:
    settings = read(KIOSK_EXAMPLE)
    assert settings.printer is not None
    assert settings.card_reader is not None
    bare = settings_of(
        f'{KIOSK}[printer]\nport = "/dev/usb/lp0"\n[card_reader]\nport = "/dev/ttyUSB0"'
    )
    assert (settings.printer, settings.card_reader) == (bare.printer, bare.card_reader)


def test_the_effective_values_of_a_unit_without_peripherals_can_be_printed(tmp_path: Path) -> None:
    for text in (COUNTER, COUNTER + '[sign]\nkind = "number-board"\nport = "/dev/ttyUSB0"\n'):
        file = tmp_path / "unit.toml"
        file.write_text(text)
        result = CliRunner().invoke(cli.app, ["check-config", str(file)])
        assert result.exit_code == 0, result.output
    assert '[sign]\nkind = "number-board"\nport = "/dev/ttyUSB0"\nbaud = 9600\n' in result.output


def test_without_a_section_there_is_no_such_peripheral() -> None:
    settings = settings_of(COUNTER)
    assert (settings.sign, settings.speech) == (None, None)
    assert (settings.printer, settings.card_reader) == (None, None)


def test_a_printer_on_the_network_has_a_host_and_a_port() -> None:
    settings = settings_of(
        f'{KIOSK}[printer]\ntransport = "network"\naddress = "printer.hall:9100"'
    )
    assert settings.printer is not None
    assert settings.printer.host_and_port == ("printer.hall", 9100)


@pytest.mark.parametrize("kind", ["emulated", "real"])
def test_emulated_and_simulated_peripherals_need_no_port(kind: str) -> None:
    text = COUNTER.replace('"real"', f'"{kind}"')
    sign = "framing-1" if kind == "emulated" else "simulated"
    settings = settings_of(f'{text}[sign]\nkind = "{sign}"\n')
    assert settings.sign is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            COUNTER + '[sign]\nkind = "framing1"\nport = "/dev/ttyUSB0"',
            (
                "sign.kind = 'framing1': no such kind of sign; there are: framing-1,"
                " framing-1-main, number-board, simulated. Did you mean 'framing-1'?"
            ),
        ),
        (
            COUNTER + '[speech]\nkind = "syn6258"\nport = "/dev/ttyUSB0"',
            (
                "speech.kind = 'syn6258': input should be 'syn6288', 'xfs5152' or 'simulated'."
                " Did you mean 'syn6288'?"
            ),
        ),
        (
            COUNTER + '[sign]\nkind = "framing-1"',
            "sign.port: is missing; real hardware needs it.",
        ),
        (
            COUNTER + '[sign]\nkind = "framing-1"\nport = "/dev/ttyUSB0"\nbaud = 9601',
            "sign.baud = 9601: input should be 1200, 2400,",
        ),
        (
            KIOSK + '[printer]\ntransport = "network"',
            "printer.address: is missing; real hardware needs it.",
        ),
        (
            KIOSK + '[printer]\ntransport = "network"\naddress = "192.168.1.60"',
            "printer.address = '192.168.1.60': expected HOST:PORT",
        ),
        (
            KIOSK + '[printer]\nport = "/dev/usb/lp0"\nbaud = 9600',
            'printer.baud = 9600: does not go with transport = "usb".',
        ),
        (
            COUNTER + '[printer]\nport = "/dev/usb/lp0"',
            'printer: goes with role "kiosk" only.',
        ),
        (
            COUNTER
            + '[sign]\nkind = "framing-1"\nport = "/dev/ttyUSB0"\n'
            + '[speech]\nkind = "syn6288"\nport = "/dev/ttyUSB0"',
            "speech.port = '/dev/ttyUSB0': the port is already used by sign.port.",
        ),
        (
            COUNTER + '[voice]\noutput = "module"',
            "voice.output = 'module': there is no section [speech].",
        ),
    ],
)
def test_each_mistake_is_named_with_what_to_do(text: str, expected: str) -> None:
    found = mistakes(text)
    assert [mistake for mistake in found if mistake.startswith(expected)], found


@pytest.mark.parametrize("broken", ["sign = 3", 'sign = []\nprinter = "x"', "card_reader = 1.5"])
def test_a_section_that_is_no_table_is_a_mistake_and_no_crash(broken: str) -> None:
    assert mistakes(broken + "\n" + COUNTER)
