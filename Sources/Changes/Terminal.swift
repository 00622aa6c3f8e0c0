// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import Signals

/// The terminal from which this process is controlled.
package final class Terminal {
  /// What somebody answered.
  package enum Answer: Sendable, Hashable {
    case yes
    case no
    /// Nothing in time, or the terminal has gone.
    case none
  }

  private let descriptor: CInt

  /// The terminal; `nil` where there is none.
  package init?() {
    let descriptor = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  /// Whether this process is one of those to which the terminal's keyboard belongs now.
  package var isForeground: Bool { tcgetpgrp(descriptor) == getpgrp() }

  /// Asks for a yes or a no.
  ///
  /// - Parameters:
  ///   - question: What to ask.
  ///   - limit: How long to wait for the answer.
  ///   - relay: What holds up the signals, each of which ends the waiting.
  /// - Returns: The answer.
  package func answer(to question: String, within limit: Duration, _ relay: SignalRelay) -> Answer {
    // Stopped, it could not put anything back in time.
    let stops = [SIGTSTP, SIGTTIN, SIGTTOU].map { number in
      defer { signal(number, SIG_IGN) }
      return CallerSignal(number)
    }
    defer { for stop in stops { stop.putBack() } }
    let end = ContinuousClock.now + limit
    // What was typed before was no answer to this.
    tcflush(descriptor, TCIFLUSH)
    write(question)
    while let line = line(until: end, relay) {
      switch line.lowercased() {
      case "yes", "y": return .yes
      case "no", "n": return .no
      default: write("yes or no? ")
      }
    }
    write("\n")
    return .none
  }

  /// A line that was typed; `nil` when no time is left, a signal has come or the terminal has gone.
  private func line(until end: ContinuousClock.Instant, _ relay: SignalRelay) -> String? {
    while ContinuousClock.now < end, relay.signals.isEmpty {
      var question = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      // Other threads get the signals: this one looks for them from time to time.
      guard poll(&question, 1, 100) > 0 else { continue }
      let line = withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 1) { buffer -> String? in
        let count = read(descriptor, buffer.baseAddress, buffer.count)
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
      }
      guard let line else { return nil }
      return String(line.drop(while: \.isWhitespace).prefix(while: { !$0.isWhitespace }))
    }
    return nil
  }

  private func write(_ text: String) {
    var text = text
    text.withUTF8 { _ = Glibc.write(descriptor, $0.baseAddress, $0.count) }
  }
}
