"""The wheel, built and installed alone elsewhere: the command runs and every prompt is in it."""

import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.slow
def test_the_wheel_works_alone(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    venv.create(tmp_path / "v", with_pip=True, symlinks=True)
    python = tmp_path / "v" / "bin" / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(ROOT / "requirements.txt")]
    subprocess.run(install, check=True, capture_output=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", wheel], check=True, capture_output=True)
    helped = subprocess.run(
        [tmp_path / "v" / "bin" / "studydoc", "--help"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "make" in helped.stdout
    names = [p.relative_to(ROOT / "prompts").with_suffix("").as_posix() for p in (ROOT / "prompts").rglob("*.md")]
    code = f"from pipeline.llm.prompting import PromptSet; s = PromptSet(); print([s.load(n).name for n in {names!r}])"
    loaded = subprocess.run([python, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == str(names)
