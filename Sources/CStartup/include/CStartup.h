// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The arguments of main.
struct startup_arguments {
  int count;
  char **values;
};

/// Ends the start-up: gives the process its environment back, and returns the arguments of main.
///
/// Swift's own CommandLine reads them from /proc, which may not be there.
struct startup_arguments startup_finish(void);
