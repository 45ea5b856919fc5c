"""``backrun-fit show``."""

from __future__ import annotations

from pathlib import Path

from backrun_fit.cli.common import (
    DONE,
    Json,
    Units,
    device_named,
    each,
    is_spec,
    is_text,
    plan,
    print_out,
)

__all__ = ["show"]


def show(*files: Path, units: Units = None, json: Json = False) -> int:
    """Show a spec or a workout as a watch would list it, or what an activity recorded.

    Of a damaged file what is whole is shown, and what is wrong is said; of a file of
    another kind how many messages of which kinds it holds.
    """
    from backrun_fit.errors import NoActivityError
    from backrun_fit.render.document import (
        activity_document,
        contents_document,
        workout_document,
    )
    from backrun_fit.render.text import activity_text, contents_text, workout_text

    def one(path: Path) -> int:
        from backrun_fit.fit.activity_reader import read_activities
        from backrun_fit.fit.frames import read_messages
        from backrun_fit.fit.sniff import sniff

        if is_spec(path) or is_text(path) or "workout" in sniff(path):
            compiled, shown_units = plan(path, device_named("garmin-100"), units)
            document = {"source": str(path), **workout_document(compiled)}
            print_out(document if json else workout_text(compiled, shown_units))
            return DONE
        try:
            activities = read_activities(path, on_error="salvage")
        except NoActivityError as error:
            for segment in read_messages(path, on_error="salvage"):
                document = contents_document(segment, error.source)
                print_out(document if json else contents_text(document))
            return DONE
        for activity in activities:
            print_out(
                activity_document(activity) if json else activity_text(activity, units or "metric")
            )
        return DONE

    return each(files, one)
