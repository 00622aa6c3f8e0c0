// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import Signals
package import SystemPackage

/// The run of a command that somebody wants to have run meanwhile: with the caller's standard streams, open files,
/// environment, directory and ignored signals, as if it had been called directly.
///
/// That is why it is started by posix_spawn(3) and not as ipvsadm is, by a library that gives a program nothing of the
/// caller's.
package struct CommandRun {
  /// How a run ended.
  package enum Ending: Sendable, Hashable {
    /// By itself, with this status.
    case exited(CInt)
    /// By this signal.
    case killed(CInt)
    /// It was ended, because its time was over.
    case outOfTime
    /// It did not begin.
    case notStarted(Errno)
  }

  /// How long it may take to end when it is asked to.
  private static let grace = Duration.seconds(3)

  private let words: [String]
  private let limit: Duration?
  private let pipe = CallerSignal(SIGPIPE)
  private var mask = sigset_t()

  /// A command to be run; what the caller wants of signals is noted now, before anything here changes it.
  ///
  /// - Parameters:
  ///   - words: The command, which is looked for as a shell does, and its arguments.
  ///   - limit: How long it may take; `nil` for as long as it takes.
  package init(_ words: [String], within limit: Duration?) {
    self.words = words
    self.limit = limit
    pthread_sigmask(SIG_SETMASK, nil, &mask)
  }

  /// Runs the command and waits for its end.
  ///
  /// - Parameters:
  ///   - relay: What holds up the signals; one that is not the command's own matter ends it.
  ///   - terminal: The terminal from which this process is controlled, if there is one.
  /// - Returns: How it ended. What it has left running runs on, unless it had to be ended.
  package func ending(_ relay: SignalRelay, on terminal: Terminal? = Terminal()) -> Ending {
    let group = CommandGroup(on: terminal)
    let process: pid_t
    do throws(Errno) { process = try start(group) } catch { return .notStarted(error) }
    let end = limit.map { ContinuousClock.now + $0 }
    var pause: UInt32 = 1000
    while !CommandRun.hasEnded(process) {
      if let signal = relay.signals.first(where: { !group.isOfKeyboard($0) }) {
        return finish(process, group, signal)
      }
      if let end, ContinuousClock.now >= end {
        _ = finish(process, group, SIGTERM)
        return .outOfTime
      }
      usleep(pause)
      pause = min(2 * pause, 50_000)
    }
    let ending = reaped(process)
    // Who goes on after Ctrl-C has made it their own matter; who was ended by it wants all to end.
    if case .exited = ending { relay.forget(group.signalsOfKeyboard) }
    return ending
  }

  private func start(_ group: CommandGroup) throws(Errno) -> pid_t {
    // Where the caller ignores it, the end of a process cannot be waited for.
    signal(SIGCHLD, SIG_DFL)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var (mask, defaults) = (mask, sigset_t())
    sigemptyset(&defaults)
    if !pipe.isIgnored { sigaddset(&defaults, SIGPIPE) }
    posix_spawnattr_setsigmask(&attributes, &mask)
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    var flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    if group.isOwn {
      posix_spawnattr_setpgroup(&attributes, 0)
      flags |= POSIX_SPAWN_SETPGROUP
    }
    posix_spawnattr_setflags(&attributes, Int16(flags))
    var arguments = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var process: pid_t = 0
    let failure = posix_spawnp(&process, words[0], nil, &attributes, &arguments, environ)
    guard failure == 0 else { throw Errno(rawValue: failure) }
    return process
  }

  /// Ends the command and what it has started: first by asking.
  private func finish(_ process: pid_t, _ group: CommandGroup, _ signal: CInt) -> Ending {
    let end = ContinuousClock.now + CommandRun.grace
    group.send(signal, to: process)
    // What is stopped does not hear.
    group.send(SIGCONT, to: process)
    while !CommandRun.hasEnded(process), ContinuousClock.now < end { usleep(10_000) }
    if !CommandRun.hasEnded(process) { group.send(SIGKILL, to: process) }
    // Only what hangs in the kernel does not end now, and is left alone: what is to be put back cannot wait for it.
    let last = ContinuousClock.now + CommandRun.grace
    while !CommandRun.hasEnded(process), ContinuousClock.now < last { usleep(10_000) }
    let ending = CommandRun.hasEnded(process) ? reaped(process) : .killed(SIGKILL)
    while group.isLeft(of: process), ContinuousClock.now < end { usleep(10_000) }
    group.send(SIGKILL, to: process)
    return ending
  }

  /// Whether it has ended; its number stays its own until it is reaped.
  private static func hasEnded(_ process: pid_t) -> Bool {
    var info = siginfo_t()
    return waitid(P_PID, id_t(process), &info, WEXITED | WNOWAIT | WNOHANG) == 0 && info.si_signo != 0
  }

  private func reaped(_ process: pid_t) -> Ending {
    var status: CInt = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7f
    return signal == 0 ? .exited(status >> 8 & 0xff) : .killed(signal)
  }
}
