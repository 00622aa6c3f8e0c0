// SPDX-License-Identifier: Apache-2.0

#include "CStartup.h"

extern char **environ;

static struct startup_arguments arguments;
static char **environment;

#ifdef QUIET_RUNTIME
// The Swift runtime searches for its program swift-backtrace before main. It ends the process if there is no
// /proc/self/exe, as in an empty chroot; elsewhere it checks for eight files that do not exist. It does neither if its
// environment names that program. With two more words there, it does not look for a terminal either. So while the
// runtime initialises itself, this is its environment, and no variable of the caller can change its behaviour. A crash
// is then reported by its signal alone, as for other programs.
//
// In release builds only: a test bundle, which is a debug build, does not run our main, which restores the environment.
static char *quiet_environment[] = {"SWIFT_BACKTRACE=enable=no,interactive=no,color=no,swift-backtrace=/nonexistent", 0};
#define RUNTIME_ENVIRONMENT(variables) quiet_environment
#else
#define RUNTIME_ENVIRONMENT(variables) variables
#endif

// The initialisers of the runtime have the default priority. This one runs before them, and gets the arguments of main,
// as all of them do.
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
