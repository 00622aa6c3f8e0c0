// SPDX-License-Identifier: Apache-2.0

#include "CStartup.h"

extern char **environ;

static struct startup_arguments arguments;
static char **environment;

#ifdef QUIET_RUNTIME
// The Swift runtime looks for its program swift-backtrace before main: it ends the process where there is no
// /proc/self/exe, as in an empty chroot, and elsewhere asks for eight files that are not there. It does neither when its
// environment names that program. So while it initializes itself, this is its environment, and no variable of the
// caller's can change what it does. A crash is reported by its signal alone, as for other programs.
//
// In release builds only: a test bundle, which is a debug build, has no main of ours to put the environment back.
static char *quiet_environment[] = {"SWIFT_BACKTRACE=enable=no,swift-backtrace=/nonexistent", 0};
#define RUNTIME_ENVIRONMENT(variables) quiet_environment
#else
#define RUNTIME_ENVIRONMENT(variables) variables
#endif

// The runtime's own initializers have the default priority: this one comes before them, and like all of them gets the
// arguments of main.
__attribute__((constructor(101))) static void startup_begin(int count, char **values, char **variables) {
  arguments.count = count;
  arguments.values = values;
  environment = variables;
  environ = RUNTIME_ENVIRONMENT(variables);
}

struct startup_arguments startup_finish(void) {
  environ = environment;
  return arguments;
}
