// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Makes the calling process the parent of those of its descendants whose own parents have ended; -1 and errno when it
/// cannot.
///
/// prctl(2), of which Swift's Glibc shows nothing, and only PR_SET_CHILD_SUBREAPER.
int processes_adopt_orphans(void);
