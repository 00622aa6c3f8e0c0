// SPDX-License-Identifier: Apache-2.0

import Glibc
import Linux
import Testing

/// Signals that are held up, each time in a process of the test's own.
@Suite struct SignalDeferralTests {
  @Test func `those that came are known, in order`() async {
    await #expect(processExitsWith: .success) {
      let signals = SignalDeferral.during { relay in
        send(SIGUSR2, until: relay, has: [SIGUSR2])
        send(SIGUSR1, until: relay, has: [SIGUSR2, SIGUSR1])
        defer { relay.forget([SIGUSR1, SIGUSR2]) }
        return relay.signals
      }
      #expect(signals == [SIGUSR2, SIGUSR1])
    }
  }

  @Test func `the first ends the process`() async {
    await #expect(processExitsWith: .signal(SIGUSR2)) {
      SignalDeferral.during { relay in
        send(SIGUSR2, until: relay, has: [SIGUSR2])
        send(SIGTERM, until: relay, has: [SIGUSR2, SIGTERM])
      }
    }
  }

  @Test func `inside another one they are left to that`() async {
    await #expect(processExitsWith: .success) {
      SignalDeferral.during { outer in
        let inner = SignalDeferral.during(interrupt: { Issue.record("interrupted") }) { inner in
          send(SIGUSR1, until: outer, has: [SIGUSR1])
          return inner.signals
        }
        #expect(inner.isEmpty)
        #expect(outer.signals == [SIGUSR1])
        outer.forget([SIGUSR1])
      }
    }
  }

  @Test func `they do again what they did`() async {
    await #expect(processExitsWith: .signal(SIGUSR1)) {
      signal(SIGUSR1, SIG_IGN)
      SignalDeferral.during { _ in _ = kill(getpid(), SIGUSR1) }
      #expect(SavedSignalAction(SIGUSR1).isIgnored)
      signal(SIGUSR1, SIG_DFL)
      SignalDeferral.during { _ in }
      kill(getpid(), SIGUSR1)
      usleep(10_000_000)
    }
  }
}

/// Sends this process a signal and waits until it is known.
private func send(_ number: CInt, until relay: SignalDeferral, has signals: [CInt]) {
  kill(getpid(), number)
  for _ in 0..<500 where relay.signals != signals { usleep(10_000) }
  #expect(relay.signals == signals)
}
