// SPDX-License-Identifier: Apache-2.0

import Testing

/// What a program did with one command line in ipvsadm's language, and what the timeouts were afterwards.
struct Deed: Equatable {
  let status: Int
  let stdout: String
  let stderr: String
  let timeouts: String

  /// ipvsadm succeeded at something other than setting the timeouts or printing them.
  var isAnotherOperation: Bool {
    status == 0 && !stdout.isEmpty && !stdout.hasPrefix(Deed.lineStart)
  }

  /// The message is one of ipvsadm's about the values and their number.
  var isAboutValues: Bool {
    Deed.valueMessages.contains(where: stderr.hasPrefix)
  }

  /// ipvsadm's message is about the value or the repetition of an option that only goes with other operations.
  ///
  /// It may have stopped there, before a mistake that the program under test finds.
  var isAboutForeignOption: Bool {
    if stderr.hasPrefix("illegal ") { return !stderr.hasPrefix("illegal syncid") }
    if stderr.hasPrefix("multiple '") { return !Deed.ownOptions.contains { stderr.hasPrefix("multiple '\($0)'") } }
    return stderr.hasPrefix("-6 used before -f")
  }

  /// One line of the program's own, on standard error.
  var isOneSentence: Bool { Outcome(0, stdout, stderr).isOneSentence }

  /// The program under test refused it, in its own words or in ipvsadm's.
  var isRefusal: Bool { [2, 255].contains(status) && (isAboutValues || isOneSentence) }

  private static let lineStart = "Timeout (tcp tcpfin udp): "
  private static let ownOptions = ["timeout", "numeric", "exact", "nosort", "tun-info", "syncid"]
  private static let valueMessages = [
    "invalid timeout value `", "--set option requires 3 timeout values", "unexpected argument ",
  ]
}

extension Deed: CustomTestStringConvertible {
  var testDescription: String {
    "status \(status), output \(stdout.debugDescription), error \(stderr.debugDescription), timeouts \(timeouts)"
  }
}
