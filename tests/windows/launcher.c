/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * python.exe of a virtual environment. As CPython's own: a launcher that starts the Python named by
 * pyvenv.cfg's "home" as its child, hands its pipes on, waits for it, and takes it along when it ends.
 */
#include <stdio.h>
#include <windows.h>

/* Reads the value of "home" out of the pyvenv.cfg at `path` into `home`; returns whether there is one. */
static int read_home(const wchar_t *path, wchar_t *home, int size)
{
    char line[4096];
    FILE *file = _wfopen(path, L"rb");
    int found = 0;
    while (file && !found && fgets(line, sizeof line, file)) {
        char *value = strchr(line, '=');
        if (strncmp(line, "home", 4) || !value)
            continue;
        value += 1 + strspn(value + 1, " ");
        value[strcspn(value, "\r\n")] = 0;
        found = MultiByteToWideChar(CP_UTF8, 0, value, -1, home, size) > 0;
    }
    if (file)
        fclose(file);
    return found;
}

/* A copy of one of our own standard handles that the child may inherit. */
static HANDLE inheritable(DWORD which)
{
    HANDLE own = GetCurrentProcess(), copy = NULL;
    DuplicateHandle(own, GetStdHandle(which), own, &copy, 0, TRUE, DUPLICATE_SAME_ACCESS);
    return copy;
}

int wmain(void)
{
    wchar_t self[MAX_PATH], path[MAX_PATH + 16], home[MAX_PATH], program[MAX_PATH + 16];
    GetModuleFileNameW(NULL, self, MAX_PATH);
    wcscpy(path, self);
    *wcsrchr(path, L'\\') = 0;
    *wcsrchr(path, L'\\') = 0;
    wcscat(path, L"\\pyvenv.cfg");
    if (!read_home(path, home, MAX_PATH))
        return 106;
    swprintf(program, MAX_PATH + 16, L"%ls\\python.exe", home);
    /* Python takes this as sys.executable, and finds pyvenv.cfg beside it. */
    SetEnvironmentVariableW(L"__PYVENV_LAUNCHER__", self);

    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};
    limits.BasicLimitInformation.LimitFlags =
        JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK;
    HANDLE job = CreateJobObjectW(NULL, NULL);
    SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits);

    STARTUPINFOW start = {.cb = sizeof start, .dwFlags = STARTF_USESTDHANDLES};
    start.hStdInput = inheritable(STD_INPUT_HANDLE);
    start.hStdOutput = inheritable(STD_OUTPUT_HANDLE);
    start.hStdError = inheritable(STD_ERROR_HANDLE);
    PROCESS_INFORMATION child;
    if (!CreateProcessW(program, GetCommandLineW(), NULL, NULL, TRUE, 0, NULL, NULL, &start, &child))
        return 101;
    AssignProcessToJobObject(job, child.hProcess);
    DWORD code = 1;
    WaitForSingleObject(child.hProcess, INFINITE);
    GetExitCodeProcess(child.hProcess, &code);
    return (int)code;
}
