"""What Zappa calls while it works (`callbacks` in zappa_settings.json), in the environment that it packs."""

import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # Zappa loads this file alone

MAKE_PACKAGE = "Run `make package`, then Zappa from the environment that it leaves: `. .venv-lambda/bin/activate`."
TO_FILL_IN = ["ALLOWED_HOSTS", "COGNITO_USER_POOL_ID", "COGNITO_CLIENT_IDS"]


def before_anything(cli: Any) -> None:
    """Stop a deployment whose stage is not filled in, or that would pack another environment than the Lambda's.

    Zappa is also kept from "updating" the user pool: it resets what it does not know of one, and needs its id in a
    file. `manage.py attach_cognito` does it instead. The `cognito` block stays, as the handler's map from trigger to
    function is made of it.
    """
    from scripts.package import python

    cli.cognito = None
    if cli.command in {"deploy", "update"}:
        refuse(not_filled_in(cli), "zappa_settings.json, stage {stage}:", cli)
    if cli.command in {"deploy", "update", "package"} and not (cli.vargs or {}).get("zip"):
        version, _ = python.runtime()
        wrong = wrong_environment(cli.zappa.get_current_venv(), version)
        refuse(wrong, f"This is no environment to package from. {MAKE_PACKAGE}", cli)


def not_filled_in(cli: Any) -> list[str]:
    variables = cli.aws_environment_variables
    missing = [f"{name} is empty" for name in TO_FILL_IN if name in variables and not variables[name]]
    bundle = variables.get("DB_SSL_CA", "")
    if bundle and not Path(bundle).is_absolute() and not (ROOT / bundle).is_file():
        missing.append(f"DB_SSL_CA names {bundle}, which is not there: it is the CA bundle of your database")
    return missing + ([] if cli.stage_config.get("s3_bucket") else ["s3_bucket names no bucket of yours to upload to"])


def finish_package(cli: Any) -> None:
    """Make of Zappa's zip the one that is uploaded. A wrong one is removed before it leaves this machine."""
    from scripts.package import PackageError, archive, check, python

    path, (version, _) = Path(cli.zip_path), python.runtime()
    variables = (cli.aws_environment_variables or {}) | (cli.environment_variables or {})
    try:
        site = site_of(cli.zappa.get_current_venv(), version)
        archive.finish(path, site, stage=cli.api_stage, variables=variables)
        problems = check.problems(path, version=version)
    except PackageError as error:
        problems = [str(error)]
    if problems:
        path.unlink(missing_ok=True)
    refuse(problems, f"The package is wrong. {MAKE_PACKAGE}", cli)


def wrong_environment(environment: Path | None, version: str) -> list[str]:
    """Another Python than the runtime's, packages that nobody asked for, pins that are not followed."""
    from scripts.package import contents

    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    if running != version:
        return [f"its Python is {running}, and the stage's runtime is python{version}"]
    if environment is None or Path(sys.prefix).resolve() != environment.resolve():
        return [f"Zappa runs in {sys.prefix}, but would pack {environment}"]
    site, requirements = site_of(environment, version), ROOT / "requirements.txt"
    strangers, drifted = contents.strangers(site, requirements), contents.out_of_step(site, requirements)
    found = [f"it holds {', '.join(strangers[:5])}, which requirements.txt does not ask for"] if strangers else []
    return found + ([f"it has {', '.join(drifted[:5])}"] if drifted else [])


def site_of(environment: Path, version: str) -> Path:
    return environment / "lib" / f"python{version}" / "site-packages"


def refuse(problems: list[str], words: str, cli: Any) -> None:
    """End Zappa with the problems, if there are any; it then removes the zip."""
    if problems:
        from click import ClickException

        raise ClickException("\n  - ".join([words.format(stage=cli.api_stage), *problems]))
