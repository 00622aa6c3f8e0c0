// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The arguments of main.
struct startup_arguments {
  int count;
  char **values;
};

/// Ends the start-up: restores the environment of the process, and returns the arguments of main.
///
/// Swift's CommandLine reads them from /proc, which may be missing.
struct startup_arguments startup_finish(void);
