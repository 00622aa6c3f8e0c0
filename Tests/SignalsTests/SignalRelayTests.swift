// SPDX-License-Identifier: Apache-2.0

import Glibc
import Signals
import Testing

/// Signals that are held up. What they do to a process that does not forget them is tested with the built program.
@Suite(.serialized) struct SignalRelayTests {
  @Test func `those that came are known, each once, in order`() {
    let signals = SignalRelay.during { relay in
      send(SIGUSR2, until: relay, has: [SIGUSR2])
      send(SIGUSR1, until: relay, has: [SIGUSR2, SIGUSR1])
      send(SIGUSR2, until: relay, has: [SIGUSR2, SIGUSR1])
      defer { relay.forget([SIGUSR1, SIGUSR2]) }
      return relay.signals
    }
    #expect(signals == [SIGUSR2, SIGUSR1])
  }

  @Test func `inside another one they are left to that`() {
    SignalRelay.during { outer in
      let inner = SignalRelay.during(interrupt: { Issue.record("interrupted") }) { inner in
        send(SIGUSR1, until: outer, has: [SIGUSR1])
        return inner.signals
      }
      #expect(inner.isEmpty)
      #expect(outer.signals == [SIGUSR1])
      outer.forget([SIGUSR1])
    }
  }

  @Test func `they do again what they did`() {
    signal(SIGUSR1, SIG_IGN)
    SignalRelay.during { relay in
      #expect(CallerSignal(SIGUSR1).isIgnored)
      #expect(!CallerSignal(SIGUSR2).isIgnored)
    }
    #expect(CallerSignal(SIGUSR1).isIgnored)
    signal(SIGUSR1, SIG_DFL)
    SignalRelay.during { _ in }
    // The next one holds them up again.
    SignalRelay.during { relay in
      send(SIGUSR1, until: relay, has: [SIGUSR1])
      relay.forget([SIGUSR1])
    }
  }

  private func send(_ number: CInt, until relay: SignalRelay, has signals: [CInt]) {
    kill(getpid(), number)
    for _ in 0..<500 where relay.signals != signals { usleep(10_000) }
    #expect(relay.signals == signals)
  }
}
