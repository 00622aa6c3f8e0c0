// SPDX-License-Identifier: Apache-2.0

import Glibc
import Linux
import Synchronization
import Testing

/// Held signals.
///
/// Each test runs in a separate process.
@Suite struct SignalDeferralTests {
  @Test func `signals that arrived are known, in order`() async {
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

  @Test func `signals are held, from the first to the last number`() async {
    await #expect(processExitsWith: .success) {
      // The others report a crash, stop the process, are ignored by default, or belong to the C library.
      let others = [SIGKILL, SIGSTOP, SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV, SIGSYS, SIGPIPE, SIGXFSZ, 32, 33]
      let stopping = [SIGTSTP, SIGTTIN, SIGTTOU, SIGCHLD, SIGCONT, SIGURG, SIGWINCH]
      let held = (1...64).filter { !others.contains($0) && !stopping.contains($0) }
      #expect(held.count == 45)
      SignalDeferral.during { relay in
        for number in held {
          send(number, until: relay, has: [number])
          relay.forget([number])
        }
        // There is room for nine. The process ends by the first one anyway.
        for number in held { kill(getpid(), number) }
        for _ in 0..<500 where relay.signals.count < 9 { usleep(10_000) }
        #expect(relay.signals.count == 9)
        // Some may arrive even now, and would end the process.
        exit(relay.signals.count == 9 ? EXIT_SUCCESS : EXIT_FAILURE)
      }
    }
  }

  @Test func `the first signal ends the process`() async {
    await #expect(processExitsWith: .signal(SIGUSR2)) {
      SignalDeferral.during { relay in
        send(SIGUSR2, until: relay, has: [SIGUSR2])
        send(SIGTERM, until: relay, has: [SIGUSR2, SIGTERM])
      }
    }
  }

  @Test func `a signal at the very end is not lost`() async {
    await #expect(processExitsWith: .success) {
      signal(SIGUSR1) { _ in came.add(1, ordering: .sequentiallyConsistent) }
      for number in 1...2000 {
        // The process would end by it. Here, its own action notes the signal.
        SignalDeferral.during { _ in _ = kill(getpid(), SIGUSR1) }
        let end = ContinuousClock.now + .seconds(60)
        while came.load(ordering: .sequentiallyConsistent) < number, .now < end { usleep(10) }
        try #require(came.load(ordering: .sequentiallyConsistent) == number)
      }
    }
  }

  @Test func `an action runs when a signal arrives`() async {
    await #expect(processExitsWith: .success) {
      let done = Atomic(0)
      let rung = SignalDeferral.during(interrupt: { done.add(1, ordering: .sequentiallyConsistent) }) { relay in
        send(SIGUSR1, until: relay, has: [SIGUSR1])
        while done.load(ordering: .sequentiallyConsistent) == 0 { usleep(1000) }
        relay.forget([SIGUSR1])
        return relay.signals
      }
      #expect(rung.isEmpty)
    }
  }

  @Test func `an inner deferral leaves the signals to the outer one`() async {
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

  @Test func `the caller's actions are restored`() async {
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

/// The number of times that the process's own action ran.
private let came = Atomic(0)

/// Sends a signal to this process and waits until it is noted.
private func send(_ number: CInt, until relay: SignalDeferral, has signals: [CInt]) {
  kill(getpid(), number)
  for _ in 0..<500 where relay.signals != signals { usleep(10_000) }
  #expect(relay.signals == signals)
}
