"""What talks to Jupyter: its messages, each answered by a `Notebook`."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, ClassVar

from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel

from nixlite.__main__ import version
from nixlite.errors import UsageError
from nixlite.kernel.asking import completeness, completions, inspection
from nixlite.kernel.outputs import ERROR, PLAIN, RESULT, STREAM, failure, metadata_of

if TYPE_CHECKING:
    from nixlite.kernel.cells import Notebook
    from nixlite.kernel.outputs import Output

BANNER = (
    "nixlite: the Nix language in Python. ':?' shows the commands; '%why x' tells where a value comes from."
)


class NixKernel(Kernel):
    """A kernel whose cells are inputs of nixlite's session."""

    implementation = "nixlite"
    implementation_version = version().split()[1]
    banner = BANNER
    language_info = {  # noqa: RUF012 - a trait of traitlets'
        "name": "nix",
        "version": version().rpartition(" ")[2].rstrip(")\n"),
        "mimetype": "text/x-nix",
        "file_extension": ".nix",
        "pygments_lexer": "nix",
        "codemirror_mode": "nix",
    }
    notebook: ClassVar[Notebook]
    """What answers: a process has one kernel."""
    inputs: ClassVar[list[tuple[int, int, str]]] = []
    """The cells that were run: (session, number, code)."""

    def show(self, output: Output) -> None:
        """Send an output to whoever shows the cell."""
        content: dict[str, Any] = dict(output.data)
        if output.kind == ERROR:
            content = error_content(output)
        elif output.kind != STREAM:
            content = {"data": output.data, "metadata": metadata_of(output)}
            if output.kind == RESULT:
                content["execution_count"] = self.execution_count
        send: Any = self.send_response  # it has no types
        send(self.iopub_socket, output.kind, content)

    async def do_execute(
        self,
        code: str,
        silent: bool,
        store_history: bool = True,
        user_expressions: dict[str, str] | None = None,
        allow_stdin: bool = False,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Run a cell. It does not give way, so that an interrupt reaches it as KeyboardInterrupt."""
        if store_history and not silent and code.strip():
            self.inputs.append((1, self.execution_count, code))
        show = (lambda output: None) if silent else self.show
        try:
            error = self.notebook.run(code, show)
        except Exception as bug:  # a bug of ours must not cost the user the session
            self.log.exception("a bug in nixlite")
            error = failure(bug, "")
            show(error)
        if error is not None:
            return {"status": "error", "execution_count": self.execution_count, **error_content(error)}
        payload = [{"source": "ask_exit", "keepkernel": False}] if self.notebook.wants_to_leave else []
        return {
            "status": "ok",
            "execution_count": self.execution_count,
            "payload": payload,
            "user_expressions": {},
        }

    async def do_complete(self, code: str, cursor_pos: int) -> dict[str, Any]:
        """What may stand at the cursor."""
        matches, start = completions(self.notebook.session, code, cursor_pos)
        return {
            "status": "ok",
            "matches": matches,
            "cursor_start": start,
            "cursor_end": cursor_pos,
            "metadata": {},
        }

    async def do_inspect(
        self, code: str, cursor_pos: int, detail_level: int = 0, omit_sections: Any = ()
    ) -> dict[str, Any]:
        """What is known of what is at the cursor."""
        text = inspection(self.notebook.session, code, cursor_pos)
        data = {PLAIN: text} if text else {}
        return {"status": "ok", "found": bool(text), "data": data, "metadata": {}}

    async def do_is_complete(self, code: str) -> dict[str, str]:
        """Whether a console runs the input or asks for more lines."""
        status, indent = completeness(self.notebook.session, code)
        return {"status": status, "indent": indent} if status == "incomplete" else {"status": status}

    async def do_history(
        self,
        hist_access_type: str,
        output: bool,
        raw: bool,
        session: int | None = None,
        start: int | None = None,
        stop: int | None = None,
        n: int | None = None,
        pattern: str | None = None,
        unique: bool = False,
    ) -> dict[str, Any]:
        """The cells that were run, by what is asked for: the last, a range, or those that fit a pattern."""
        found = self.inputs
        if hist_access_type == "range":
            found = [one for one in found if (start or 0) <= one[1] and (stop is None or one[1] < stop)]
        elif hist_access_type == "search":
            found = [one for one in found if fnmatchcase(one[2], pattern or "*")]
        if unique:
            found = list({one[2]: one for one in found}.values())
        if n is not None and hist_access_type != "range":
            found = found[-n:] if n > 0 else []
        rows = [(one[0], one[1], (one[2], None) if output else one[2]) for one in found]
        return {"status": "ok", "history": rows}

    async def do_shutdown(self, restart: bool) -> dict[str, Any]:
        """Write to the cache what was compiled, and go."""
        self.notebook.session.evaluator.close()
        return {"status": "ok", "restart": restart}


def error_content(output: Output) -> dict[str, Any]:
    """An error as a message has it; the traceback is Nix's."""
    data = output.data
    return {"ename": data["ename"], "evalue": data["evalue"], "traceback": data["text"].split("\n")}


def serve(file: str, notebook: Notebook) -> int:
    """Talk with Jupyter until it ends the kernel; the exit code. Raises UsageError for a wrong file."""
    try:
        with open(file, encoding="utf-8") as opened:
            known = json.load(opened)
        missing = not isinstance(known, dict) or "shell_port" not in known
    except OSError as error:
        raise UsageError(f"the connection file '{file}' cannot be read: {error.strerror}") from None
    except ValueError:
        missing = True
    if missing:
        raise UsageError(f"'{file}' is no connection file of Jupyter's")
    NixKernel.notebook = notebook
    # A warning that the connection is not encrypted would stand in the terminal of whoever started Jupyter.
    IPKernelApp.launch_instance(argv=["-f", file, "--log-level=ERROR"], kernel_class=NixKernel)
    return 0
