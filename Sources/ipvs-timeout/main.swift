// SPDX-License-Identifier: Apache-2.0

internal import Glibc

StandardStreams.ensureOpen()
let status = Program.run(CommandLine.arguments.dropFirst())
exit(status.rawValue)
