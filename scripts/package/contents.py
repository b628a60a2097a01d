"""What of an environment and of the project goes into the zip. Everything else stays out, whatever lies about."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from importlib.metadata import Distribution, PathDistribution
from pathlib import Path

PROJECT = ["kloppocar", "users", "communities", "catalog", "collectibles", "sql", "certs"]
FROM_ZAPPA = ["handler.py", "django_zappa_app.py", "zappa_settings.py"]
# Of what Zappa wants, its handler wants only these; the rest deploys.
ZAPPA_AT_RUNTIME = {"werkzeug", "durationpy"}
BROUGHT_BY_LAMBDA = {"boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six", "urllib3"}
TOOLS = {"pip", "setuptools", "wheel"}  # of every environment
# drf-spectacular wants these to validate its own schema; cryptography's bindings were compiled long ago; nobody looks
# at a progress bar there.
NOT_CALLED = {"jsonschema", "jsonschema-specifications", "referencing", "rpds-py", "attrs", "cffi", "pycparser", "tqdm"}
NOT_CALLED |= {"charset-normalizer"}  # reportlab reads foreign files with it
CALLED_OF_THOSE = ["_cffi_backend.*"]
LEFT_OUT = [
    "*/static/*",  # collected into static/
    "*/tests/*",
    "*.pyi",
    "*.po",
    "*.c",
    "*.h",
    "*.pyx",
    "*.exe",
    "*/py.typed",
    "*/__pycache__/*",  # compiled anew, or kept where it fits
    "*~",
    "*/.*",
    "kloppocar/demo/*",  # what only a laptop may do
    "kloppocar/stress/*",
    "kloppocar/management/commands/demo.py",
    "kloppocar/management/commands/event.py",
    "kloppocar/management/commands/stress_*.py",
    "kloppocar/management/commands/token.py",
    "*.dist-info/[!Me]*",  # METADATA and entry_points.txt may be asked for
    "*.dist-info/licenses/*",
    "django/conf/*_template/*",
    "django/contrib/flatpages/*",
    "django/contrib/gis/*",
    "django/contrib/postgres/*",
    "django/contrib/redirects/*",
    "django/contrib/sitemaps/*",
    "django/contrib/syndication/*",
    "django/core/management/commands/*messages.py",
    "django/core/management/commands/start*.py",
    "django/core/management/commands/test*.py",
    "django/db/backends/oracle/*",
    "django/db/backends/postgresql/*",
    *(
        f"tzdata/zoneinfo/{place}/*"
        for place in ("A*", "Brazil", "Canada", "Chile", "Indian", "Mexico", "Pacific", "US")
    ),
    *(f"redis/{part}/*" for part in ("*/http", "*/multidb", "commands/*", "http", "multidb")),  # a cache needs none
    "segno/cli.py",
    "werkzeug/debug/*",
    "yaml/_yaml.*",  # the same in C: larger than all that it would read here
    "zappa/cli.py",
    "zappa/core.py",
    "zappa/letsencrypt.py",
    "zappa/policies/*",
]
# What JPEG and PNG need of Pillow, which looks for other formats and goes on without them.
PILLOW = {
    *("__init__", "_binary", "_deprecate", "_imaging", "_typing", "_util", "_version", "features"),
    *("ExifTags", "Image", "ImageChops", "ImageColor", "ImageFile", "ImageMode", "ImageOps", "ImagePalette"),
    *("GimpGradientFile", "GimpPaletteFile", "ImageSequence", "PaletteFile"),
    *("JpegImagePlugin", "JpegPresets", "MpoImagePlugin", "PngImagePlugin", "TiffImagePlugin", "TiffTags"),
}
# What pages with texts in a font of ours and paths need of reportlab: an eighth of it.
REPORTLAB = {
    "": {"__init__", "rl_config", "rl_settings"},
    "lib": {
        *("__init__", "abag", "boxstuff", "colors", "fonts", "logger", "pagesizes", "rl_accel", "rl_safe_eval"),
        *("rltempfile", "units", "utils"),
    },
    "pdfbase": {"__init__", "pdfdoc", "pdfmetrics", "pdfutils", "rl_codecs", "ttfonts"},
    "pdfgen": {"__init__", "canvas", "pathobject", "pdfgeom", "textobject"},
}
LANGUAGES = {"en", "de"}
is_locale = re.compile(r".*/locale/([A-Za-z_-]+)/.*").fullmatch


def wanted(name: str) -> bool:
    """Whether a file of a needed package, or of the project, is of use on Lambda."""
    if name.startswith("PIL/"):
        return Path(name).name.partition(".")[0] in PILLOW
    if name.startswith("reportlab/"):
        module, folder = Path(name).name.partition(".")[0], name.removeprefix("reportlab/").rpartition("/")[0]
        return module in REPORTLAB.get(folder, ()) or module.startswith("_fontdata")
    locale = is_locale(name)
    is_foreign = locale and locale[1] not in LANGUAGES and not is_project(name)
    return not is_foreign and not any(fnmatchcase(name, pattern) for pattern in LEFT_OUT)


def is_project(name: str) -> bool:
    return name.partition("/")[0] in PROJECT and "/" in name


def package_files(site: Path, requirements: Path, variables: dict[str, str]) -> set[str]:
    """Every file of the packages that a stage with these variables needs, relative to site-packages."""
    installed = distributions(site)
    needed = closure(roots(requirements), installed) - BROUGHT_BY_LAMBDA - not_used(variables)
    files = {str(file): name for name in needed for file in installed[name].files or [] if file.parts[0] != ".."}
    return {file for file, name in files.items() if name not in NOT_CALLED or is_called(file)}


def not_used(variables: dict[str, str]) -> set[str]:
    """Half a megabyte that only some stages want; the settings say so where one was packed without."""
    return set() if variables.get("CACHE_URL", "").startswith("redis") else {"redis"}


def is_called(file: str) -> bool:
    return any(fnmatchcase(file, pattern) for pattern in CALLED_OF_THOSE)


def strangers(site: Path, requirements: Path) -> list[str]:
    """What is installed though nothing of requirements.txt asks for it: test tools, say."""
    installed = distributions(site)
    explained = closure(roots(requirements), installed, zappa_whole=True) | TOOLS
    return sorted(installed.keys() - explained)


def out_of_step(site: Path, requirements: Path) -> list[str]:
    """Pins that the environment does not follow, like `Django 5.2.18 instead of 5.2.19`."""
    installed = distributions(site)
    found = {name: installed[name].version if name in installed else "nothing" for name in pins(requirements)}
    return [f"{name} {found[name]} instead of {pin}" for name, pin in pins(requirements).items() if found[name] != pin]


def distributions(site: Path) -> dict[str, Distribution]:
    found = (PathDistribution.at(folder) for folder in sorted(site.glob("*.dist-info")))
    return {normalised(distribution.metadata["Name"]): distribution for distribution in found}


def closure(names: set[str], installed: dict[str, Distribution], *, zappa_whole: bool = False) -> set[str]:
    """Those packages and all that they need in turn; of Zappa's needs only what its handler imports."""
    seen: set[str] = set()
    queue = sorted(names)
    while queue:
        name = queue.pop()
        if name in seen or name not in installed:
            continue
        seen.add(name)
        needs = set(requirements_of(installed[name]))
        queue.extend(needs & ZAPPA_AT_RUNTIME if name == "zappa" and not zappa_whole else needs)
    return seen


def requirements_of(distribution: Distribution) -> Iterator[str]:
    """Their names, extras included: what an extra wanted and nobody installed is not there, and so passed over."""
    for line in distribution.requires or []:
        if "extra" not in line or "crypto" in line:
            yield normalised(re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0])


def roots(requirements: Path) -> set[str]:
    return set(pins(requirements))


def pins(requirements: Path) -> dict[str, str]:
    pattern = r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s#;]+)"
    return {normalised(name): pin for name, pin in re.findall(pattern, requirements.read_text(), re.MULTILINE)}


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
