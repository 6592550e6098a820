"""run_notebooks.py SOURCE TARGET: executes SOURCE/*.ipynb, leaves the executed copies in TARGET.

A notebook fails if a cell raises, or if the checked-in file holds outputs or execution counts: they
would be somebody's old numbers.
"""

import pathlib
import sys

import nbclient
import nbformat


def main():
    source, target = map(pathlib.Path, sys.argv[1:])
    passed = failed = 0
    for file in sorted(source.glob("*.ipynb")):
        notebook = nbformat.read(file, as_version=4)
        trouble = ""
        if any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells):
            trouble = "carries outputs; clear them before committing"
        else:
            client = nbclient.NotebookClient(
                notebook, timeout=300, startup_timeout=300, kernel_name="python3",
                resources={"metadata": {"path": str(source)}})
            try:
                client.execute()
            # A kernel that dies or never answers comes as one of several types; all are this notebook's.
            except Exception as error:
                trouble = f"{type(error).__name__}: {error}"
            nbformat.write(notebook, target / file.name)
        print(f"  {file.name}: {'failed: ' + trouble if trouble else 'passed'}")
        failed += bool(trouble)
        passed += not trouble
    if passed + failed == 0:
        print("  no notebook found")
        failed = 1
    print(f"count {passed} {failed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
