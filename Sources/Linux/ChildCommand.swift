// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SystemPackage

/// A command that a trial runs.
///
/// It gets the caller's standard streams, open files, environment, directory and ignored signals, as if the caller had
/// started it.
///
/// This is why it is started by posix_spawn(3). The library that starts ipvsadm passes on nothing of the caller's.
package struct ChildCommand {
  /// How a run ended.
  package enum Ending: Sendable, Hashable {
    /// It exited with this status.
    case exited(CInt)
    /// This signal killed it.
    case killed(CInt)
    /// Its time was over, and this program ended it.
    case outOfTime
    /// It could not be started.
    case notStarted(Errno)
  }

  /// How long it may take to end after a signal.
  private static let grace = Duration.seconds(3)
  /// The signals that a terminal sends to the whole job.
  ///
  /// The command has received them already.
  private static let keyboard = [SIGINT, SIGQUIT]

  private let words: [String]
  private let limit: Duration?
  private let decidesOutcome: Bool
  private let ignored: IgnoredSignals?
  private var mask = sigset_t()

  /// Prepares the run of a command.
  ///
  /// - Parameters:
  ///   - words: The command and its arguments. The command is searched for in PATH, as a shell does.
  ///   - limit: How long it may run; `nil` for no limit.
  ///   - decidesOutcome: Whether its end decides something. If so, a command that continues after Ctrl-C is not a
  ///     success.
  ///   - ignored: The signals that this process ignores and the command must not ignore.
  package init(
    _ words: [String], within limit: Duration?, decidesOutcome: Bool = true, ignored: IgnoredSignals? = nil
  ) {
    self.words = words
    self.limit = limit
    self.decidesOutcome = decidesOutcome
    self.ignored = ignored
    pthread_sigmask(SIG_SETMASK, nil, &mask)
  }

  /// Runs the command and waits for its end.
  ///
  /// This process must have no other child to wait for. From now on it is the new parent of orphaned descendants.
  ///
  /// - Parameters:
  ///   - relay: The deferral that holds the signals. A signal that is not a matter of the command alone ends the
  ///     command.
  ///   - terminal: The controlling terminal of this process, if there is one.
  /// - Returns: How it ended. Processes that it left running continue, unless they had to be ended.
  package func ending(_ relay: SignalDeferral, on terminal: Terminal? = Terminal()) -> Ending {
    var group: ProcessGroup
    do throws(Errno) {
      group = try ProcessGroup(isOwn: terminal == nil) { () throws(Errno) in try start(inJob: terminal != nil) }
    } catch {
      return .notStarted(error)
    }
    // If this process were stopped with its job, it could not enforce a limit.
    guard limit == nil, let ignored else { return ending(of: &group, relay, terminal) }
    return ignored.whileStoppable { ending(of: &group, relay, terminal) }
  }

  private func ending(of group: inout ProcessGroup, _ relay: SignalDeferral, _ terminal: Terminal?) -> Ending {
    var judged: Set<CInt> = []
    let end = limit.map { ContinuousClock.now + $0 }
    let ending = poll(until: end, every: .milliseconds(1), upTo: .milliseconds(50)) { isLast -> Ending? in
      group.update()
      if let status = group.status {
        let ending = ChildCommand.ending(status)
        // A command that continues after Ctrl-C has handled it. A command that was killed by it wants everything to
        // end.
        if !decidesOutcome, terminal != nil, case .exited = ending { relay.forget(ChildCommand.keyboard) }
        return ending
      }
      // Decide now where the signal came from: later, the keyboard may belong to another job.
      for signal in relay.signals where judged.insert(signal).inserted {
        guard ChildCommand.isOfKeyboard(signal, terminal) else { return finish(&group, signal) }
      }
      if isLast { _ = finish(&group, SIGTERM) }
      return nil
    }
    return ending ?? .outOfTime
  }

  /// Whether a signal probably came from the keyboard of the terminal.
  private static func isOfKeyboard(_ signal: CInt, _ terminal: Terminal?) -> Bool {
    keyboard.contains(signal) && terminal?.isForeground == true
  }

  private func start(inJob isInJob: Bool) throws(Errno) -> pid_t {
    // If the caller ignores SIGCHLD, nothing can wait for the end of a process.
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
      return try ChildCommand.start(words, &attributes)
    } catch Errno(rawValue: ENOEXEC) {
      // A script without a `#!` line. The shell finds it again and runs it itself.
      return try ChildCommand.start(["/bin/sh", "-c", #"exec "$0" "$@""#] + words, &attributes)
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

  /// Ends the command and everything that it started.
  ///
  /// It asks first.
  private func finish(_ group: inout ProcessGroup, _ signal: CInt) -> Ending {
    group.send(signal)
    // A stopped process does not receive the signal until it continues.
    group.send(SIGCONT)
    wait(for: &group)
    // A process that started during the search is found in the next round.
    for _ in 0..<3 where group.isRunning {
      group.send(SIGKILL)
      usleep(10_000)
      group.update()
    }
    // A process that still runs hangs in the kernel. It is left alone, because restoring the timeouts cannot wait for
    // it.
    wait(for: &group)
    return group.status.map(ChildCommand.ending) ?? .killed(SIGKILL)
  }

  private func wait(for group: inout ProcessGroup) {
    _ = poll(until: .now + ChildCommand.grace, every: .milliseconds(50)) { _ in
      group.update()
      return group.isRunning ? nil : true
    }
  }

  private static func ending(_ status: CInt) -> Ending {
    let signal = status & 0x7f
    return signal == 0 ? .exited(status >> 8 & 0xff) : .killed(signal)
  }
}
