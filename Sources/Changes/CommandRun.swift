// SPDX-License-Identifier: Apache-2.0

internal import CProcesses
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
  /// What a terminal sends to the whole job, so that the command has got it already.
  private static let keyboard = [SIGINT, SIGQUIT]

  private let words: [String]
  private let limit: Duration?
  private let isDecisive: Bool
  private let isAlone: Bool
  private let ignored: IgnoredSignals?
  private var mask = sigset_t()

  /// A command to be run.
  ///
  /// - Parameters:
  ///   - words: The command, which is looked for as a shell does, and its arguments.
  ///   - limit: How long it may take; `nil` for as long as it takes.
  ///   - isDecisive: Whether something depends on how it ends, so that one that went on after Ctrl-C is no success.
  ///   - isAlone: Whether this process starts nothing else meanwhile: then it takes over what the command leaves without a
  ///     parent, for the rest of its life, so that this can be ended, too.
  ///   - ignored: What this process ignores, and the command does not.
  package init(
    _ words: [String], within limit: Duration?, isDecisive: Bool = true, isAlone: Bool = false,
    ignored: IgnoredSignals? = nil
  ) {
    self.words = words
    self.limit = limit
    self.isDecisive = isDecisive
    self.isAlone = isAlone
    self.ignored = ignored
    pthread_sigmask(SIG_SETMASK, nil, &mask)
  }

  /// Runs the command and waits for its end.
  ///
  /// - Parameters:
  ///   - relay: What holds up the signals; one that is not the command's own matter ends it.
  ///   - terminal: The terminal from which this process is controlled, if there is one.
  /// - Returns: How it ended. What it has left running runs on, unless it had to be ended.
  package func ending(_ relay: SignalRelay, on terminal: Terminal? = Terminal()) -> Ending {
    // Where the system refuses, only what has lost its parent is not found.
    if isAlone { _ = processes_adopt_orphans() }
    let process: pid_t
    do throws(Errno) { process = try start(inJob: terminal != nil) } catch { return .notStarted(error) }
    let wait = { ending(of: process, relay, terminal) }
    // Stopped with its job, this process could not keep to a limit.
    guard limit == nil, let ignored else { return wait() }
    return ignored.whileStoppable(wait)
  }

  private func ending(of process: pid_t, _ relay: SignalRelay, _ terminal: Terminal?) -> Ending {
    let group = CommandGroup(of: process, isAlone)
    let end = limit.map { ContinuousClock.now + $0 }
    var pause: UInt32 = 1000
    while !CommandRun.hasEnded(process) {
      if let signal = relay.signals.first(where: { !CommandRun.isOfKeyboard($0, terminal) }) {
        return finish(process, group, signal)
      }
      if let end, ContinuousClock.now >= end {
        _ = finish(process, group, SIGTERM)
        return .outOfTime
      }
      group.reapOrphans()
      usleep(pause)
      pause = min(2 * pause, 50_000)
    }
    let ending = reaped(process)
    // Who goes on after Ctrl-C has made it their own matter; who was ended by it wants all to end.
    if !isDecisive, terminal != nil, case .exited = ending { relay.forget(CommandRun.keyboard) }
    return ending
  }

  /// Whether a signal has come from the terminal's keyboard, as far as can be told.
  private static func isOfKeyboard(_ signal: CInt, _ terminal: Terminal?) -> Bool {
    keyboard.contains(signal) && terminal?.isForeground == true
  }

  private func start(inJob isInJob: Bool) throws(Errno) -> pid_t {
    // Where the caller ignores it, the end of a process cannot be waited for.
    signal(SIGCHLD, SIG_DFL)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var (mask, defaults) = (mask, sigset_t())
    sigemptyset(&defaults)
    for signal in ignored?.others ?? [] { sigaddset(&defaults, signal) }
    posix_spawnattr_setsigmask(&attributes, &mask)
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    var flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    if !isInJob {
      posix_spawnattr_setpgroup(&attributes, 0)
      flags |= POSIX_SPAWN_SETPGROUP
    }
    posix_spawnattr_setflags(&attributes, Int16(flags))
    do throws(Errno) {
      return try CommandRun.start(words, &attributes)
    } catch Errno(rawValue: ENOEXEC) {
      // A script that does not say what it is written in; the shell finds it once more, and runs it itself.
      return try CommandRun.start(["/bin/sh", "-c", #"exec "$0" "$@""#] + words, &attributes)
    }
  }

  private static func start(_ words: [String], _ attributes: inout posix_spawnattr_t) throws(Errno) -> pid_t {
    var arguments = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var process: pid_t = 0
    let failure = posix_spawnp(&process, words[0], nil, &attributes, &arguments, environ)
    guard failure == 0 else { throw Errno(rawValue: failure) }
    return process
  }

  /// Ends the command and what it has started: first by asking.
  private func finish(_ process: pid_t, _ group: CommandGroup, _ signal: CInt) -> Ending {
    group.send(signal)
    // What is stopped does not hear.
    group.send(SIGCONT)
    wait(for: group)
    // One that was started just when the others were looked for is found by the next look.
    for _ in 0..<3 where group.isRunning { group.send(SIGKILL) }
    // Only what hangs in the kernel does not end now, and is left alone: what is to be put back cannot wait for it.
    wait(for: group)
    return CommandRun.hasEnded(process) ? reaped(process) : .killed(SIGKILL)
  }

  private func wait(for group: CommandGroup) {
    let end = ContinuousClock.now + CommandRun.grace
    while group.isRunning, ContinuousClock.now < end {
      group.reapOrphans()
      usleep(20_000)
    }
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
