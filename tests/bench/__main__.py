"""``make bench``: fill a large database of made-up cases, print a table of ratios.

Times differ from machine to machine and from minute to minute; ratios of things
measured in turns hold. Every figure is a ratio of medians, with the lowest and
highest ratio of any turn behind it. Nothing is written into the project: the two
databases are dropped and the folder is removed at the end.
"""

import argparse
import contextlib
import os
import platform
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.settings"

SMALL = 100
PAGE_TURNS = 7
SEARCH_TURNS = 5
PAPER_TURNS = 5
TABLE_TURNS = 5


def main():
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("size", type=int, nargs="?", default=10_000)
    size = parser.parse_args().size
    if size < SMALL:
        parser.error(f"SIZE must be {SMALL} or more")
    began = time.monotonic()
    import django

    django.setup()
    from tests.bench import measure

    with tempfile.TemporaryDirectory(prefix="platform-bench-") as folder:
        rows = [
            *measure_pages(size, folder),
            *measure_papers(Path(folder)),
            *measure_tables(),
        ]
    machine = f"{os.cpu_count()} processors, Python {platform.python_version()}"
    machine += f", Django {django.get_version()}, {size:,} cases"
    sys.stdout.write(f"\n{machine}; {time.monotonic() - began:.0f} s\n\n")
    measure.print_table(("what", "ratio (lowest–highest)", "target", "aim"), rows)


def measure_pages(size, folder):
    from tests.bench import editions, fill, measure, pages
    from tests.bench.databases import two_databases

    def fill_with(cases):
        bar = measure.Bar(f"a database of {cases:,} cases", fill.steps(cases))
        fill.fill(cases, bar)
        editions.publish_file()

    with contextlib.ExitStack() as stack:
        few, many = stack.enter_context(
            two_databases(partial(fill_with, SMALL), partial(fill_with, size))
        )
        counted = {name: pages.queries(at) for name, at in pages.PAGES.items()}
        servers = {}
        for which, database in (("few", few), ("many", many)):
            servers[which] = pages.Server(folder, database)
            stack.callback(servers[which].stop)
        asks = {}
        for which, server in servers.items():
            server.wait()
            asks[which, "empty"] = partial(server.ask, pages.EMPTY)
            for name, address in pages.PAGES.items():
                asks[which, name] = partial(server.ask, address)
        for name, address in (
            ("published", editions.PUBLISHED),
            ("static", editions.STATIC),
        ):
            asks["many", name] = partial(servers["many"].ask, address)
        asks["many", "fresh"] = servers["many"].fresh_list
        repeat = servers["many"].repeat_visit(pages.LIST)
        if repeat:
            asks["many", "repeat"] = repeat
        measures = {key: partial(pages.rate, ask) for key, ask in asks.items()}
        bar = measure.Bar("pages", PAGE_TURNS * len(measures))
        found = measure.take_turns(measures, PAGE_TURNS, bar)
        searches = measure_searches()
    empty = found["many", "empty"]
    rows = [
        (
            "list page, a new address each time ÷ empty view, requests/s",
            measure.ratio(found["many", "fresh"], empty),
            "≥ 0.04",
            "≥ 0.08",
        ),
        (
            "list page, the same address ÷ empty view, requests/s",
            measure.ratio(found["many", "list page"], empty),
            "≥ 0.3",
            "≥ 0.5",
        ),
        (
            "repeat visit (304) ÷ empty view, requests/s",
            measure.ratio(found["many", "repeat"], empty)
            if repeat
            else "never answered 304",
            "≥ 0.3",
            "≥ 0.5",
        ),
        (
            f"list page, time with {size:,} cases ÷ with {SMALL}",
            measure.ratio(found["few", "list page"], found["many", "list page"]),
            "about 1",
            "1",
        ),
        ("queries of the list page", counted["list page"], "≤ 6", "≤ 2"),
    ]
    rows.append(
        (
            "published file ÷ static file of the same bytes, requests/s",
            measure.ratio(found["many", "published"], found["many", "static"]),
            "≥ 0.9",
            "1",
        )
    )
    for name in pages.PAGES:
        if name == "list page":
            continue
        quotient = measure.ratio(found["many", name], empty)
        slower = measure.ratio(found["few", name], found["many", name])
        rows += [
            (f"{name} ÷ empty view, requests/s", quotient, "", ""),
            (f"{name}, time with {size:,} cases ÷ with {SMALL}", slower, "", ""),
            (f"queries of the {name}", counted[name], "≤ 6", ""),
        ]
    return rows + searches


def measure_searches():
    from tests.bench import measure, search

    measures = {
        (name, way): partial(search.seconds, way, word)
        for name, word in search.WORDS.items()
        for way in (search.ours, search.plain)
    }
    hits = {name: search.hits(word) for name, word in search.WORDS.items()}
    bar = measure.Bar("searches", SEARCH_TURNS * len(measures))
    found = measure.take_turns(measures, SEARCH_TURNS, bar)
    targets = {"rare": ("≤ 0.01", "≤ 0.001"), "common": ("", "≤ 0.1")}
    return [
        (
            f"2-character search ÷ `icontains`, time, {name} word ({hits[name]:,} texts)",
            measure.ratio(found[name, search.ours], found[name, search.plain]),
            *targets[name],
        )
        for name in search.WORDS
    ]


def measure_papers(folder):
    from tests.bench import measure, papers

    with papers.both(folder) as (ours, chromium):
        measures = {
            "ours": partial(papers.seconds, ours, "one"),
            "chromium": partial(papers.seconds, chromium, "one"),
        }
        bar = measure.Bar("papers", 2 * PAPER_TURNS + 3 * 2 + 2)
        found = measure.take_turns(measures, PAPER_TURNS, bar)
        long = {"ten": partial(papers.seconds, ours, "ten"), "one": measures["ours"]}
        tenfold = measure.take_turns(long, 3, bar)
        memory = {}
        for printer in (ours, chromium):
            memory[printer] = papers.peak_memory(printer, "one")
            bar.step()
        made = {printer: printer.print("one") for printer in (ours, chromium)}
    pages, theirs = (papers.page_count(made[one]) for one in (ours, chromium))
    sizes = f"{pages} and {theirs} pages"
    return [
        (
            f"status PDF ÷ Chromium, both warm, time ({sizes})",
            measure.ratio(found["ours"], found["chromium"]),
            "≤ 0.8",
            "≤ 0.6",
        ),
        (
            "PDF time, 10 × text ÷ 1 ×",
            measure.ratio(tenfold["ten"], tenfold["one"]),
            "≤ 11",
            "≤ 9",
        ),
        (
            "PDF bytes ÷ Chromium's",
            measure.figure(len(made[ours]) / len(made[chromium])),
            "≤ 1.0",
            "≤ 0.5",
        ),
        (
            "peak memory of a PDF job ÷ Chromium's (PSS)",
            measure.figure(memory[ours] / memory[chromium]),
            "≤ 0.6",
            "≤ 0.25",
        ),
    ]


def measure_tables():
    from tests.bench import measure, tables

    data = tables.rows()
    writers = {
        "xlsx": tables.our_xlsx,
        "openpyxl": tables.plain_openpyxl,
        "ods": tables.our_ods,
    }
    if tables.OpenDocumentSpreadsheet:
        writers["odfpy"] = tables.plain_odfpy
    bar = measure.Bar("spreadsheets", TABLE_TURNS * len(writers))
    found = measure.take_turns(
        {name: partial(tables.rows_per_second, w, data) for name, w in writers.items()},
        TABLE_TURNS,
        bar,
    )
    rows = [
        (
            "XLSX rows/s ÷ openpyxl write_only, styled",
            measure.ratio(found["xlsx"], found["openpyxl"]),
            "≥ 1.4",
            "≥ 10",
        ),
        (
            "ODS rows/s ÷ openpyxl write_only, styled",
            measure.ratio(found["ods"], found["openpyxl"]),
            "",
            "",
        ),
    ]
    if "odfpy" in found:
        ods = measure.ratio(found["ods"], found["odfpy"])
        rows.append(("ODS rows/s ÷ odfpy", ods, "≥ 10", "≥ 15"))
    return rows


if __name__ == "__main__":
    main()
