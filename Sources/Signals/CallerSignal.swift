// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// What a signal does before this program changes it, as its caller left it.
package struct CallerSignal: Sendable {
  /// The signal.
  package let number: CInt
  private var action = sigaction()

  /// What the signal does now.
  package init(_ number: CInt) {
    self.number = number
    sigaction(number, nil, &action)
  }

  /// Whether it is ignored, as nohup has it.
  package var isIgnored: Bool {
    unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Has the signal do that again.
  package func putBack() {
    var action = action
    sigaction(number, &action, nil)
  }
}
