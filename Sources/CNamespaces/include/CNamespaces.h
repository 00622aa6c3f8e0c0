// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Moves the calling thread into the network namespace that this file is; -1 and errno when it cannot.
///
/// setns(2), of which Swift's Glibc shows nothing, and only for a network namespace.
int network_namespace_enter(int descriptor);
