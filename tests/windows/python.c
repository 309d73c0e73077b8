/* SPDX-License-Identifier: GPL-2.0-or-later */
/* python.exe: PC/python.c of CPython, but bound to LIBRARY (python311.dll) at run time. */
#include <windows.h>

int wmain(int argc, wchar_t **argv)
{
    HMODULE library = LoadLibraryW(LIBRARY);
    if (!library)
        return 103;
    int (*run)(int, wchar_t **) = (int (*)(int, wchar_t **))(void *)GetProcAddress(library, "Py_Main");
    return run ? run(argc, argv) : 104;
}
