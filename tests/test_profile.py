"""The profile's tables against those of garmin-fit-sdk."""

from __future__ import annotations

from garmin_fit_sdk import Profile as Rival

from backrun_fit.fit.profile import FIT_EPOCH_UNIX_S, load_profile

# Fields that fit-tool's tables leave out of these messages; read under their numbers.
MISSING = {
    18: {79, 80, 106, 107, 108, 211},
    19: {27, 28, 29, 30, 73, 90, 96, 97, 155, 161},
}
MAIN = (0, 18, 19, 20, 21, 23, 26, 27, 34, 49, 206, 207)

# Names that Python cannot begin with a digit, and newer or renamed values.
NEWER_WORDS = {"manufacturer": {352, 353, 354}, "weather_report": {1}, "mesg_num": {104}}
NUMBERS = (
    *("message_index", "device_index", "weight", "workout_hr", "workout_power", "checksum"),
    *("date_time", "local_date_time", "left_right_balance", "left_right_balance_100"),
    *("user_local_id", "local_device_type", "file_flags", "bool"),
)


def test_names_scales_and_offsets_of_the_main_messages_are_the_rivals() -> None:
    profile = load_profile()
    for message in MAIN:
        theirs = Rival["messages"][message]["fields"]
        known = profile.fields[message]
        assert set(theirs) - set(known) - {250, 253, 254} == MISSING.get(message, set())
        for number in set(theirs) & set(known):
            field, other = known[number], theirs[number]
            assert field.name == other["name"]
            assert field.type_name == other["type"]
            if other["units"] == "semicircles":
                assert field.units == "degrees"
                assert (field.scale, field.offset) == (2**31 / 180, 0.0)
            elif field.type_name in ("date_time", "local_date_time"):
                assert (field.scale, field.offset) == (1.0, -FIT_EPOCH_UNIX_S)
            elif len(other["scale"]) == 1:
                assert (field.scale, field.offset) == (other["scale"][0], other["offset"][0])


def test_message_names_are_the_rivals() -> None:
    profile = load_profile()
    for number, message in Rival["messages"].items():
        if number != 104:  # newer than fit-tool's tables
            assert profile.message_name(number) == message["name"]
            assert profile.message_number(message["name"]) == number


def test_the_words_of_every_enumeration_are_the_rivals_but_for_case() -> None:
    profile = load_profile()
    used = {field.type_name for fields in profile.fields.values() for field in fields.values()}
    checked = 0
    for name in used - set(NUMBERS):
        theirs = Rival["types"].get(name)
        if theirs is None or name.endswith("_capabilities") or "_bits_" in name:
            continue
        words = profile.value_names(name)
        if name == "fit_base_type":
            assert not words
            continue
        for value, word in theirs.items():
            if value not in NEWER_WORDS.get(name, ()):
                ours = words[value].replace("_", "").lower()
                assert ours == word.replace("_", "").lower()
                checked += 1
    assert checked > 1000


def test_numbers_and_bit_fields_have_no_words() -> None:
    for name in (*NUMBERS, "sport_bits_0", "workout_capabilities", "uint16", "string", "uint32z"):
        assert not load_profile().value_names(name)


def test_a_maker_that_begins_with_a_digit_is_spelled_so() -> None:
    assert load_profile().value_names("manufacturer")[51] == "4iiiis"
