// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SystemPackage

/// The run of a command that somebody wants to have run meanwhile: with the caller's standard streams, open files,
/// environment, directory and ignored signals, as if it had been called directly.
///
/// That is why it is started by posix_spawn(3) and not as ipvsadm is, by a library that gives a program nothing of the
/// caller's.
package struct ChildCommand {
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
  private let decidesOutcome: Bool
  private let ignored: IgnoredSignals?
  private var mask = sigset_t()

  /// A command to be run.
  ///
  /// - Parameters:
  ///   - words: The command, which is looked for as a shell does, and its arguments.
  ///   - limit: How long it may take; `nil` for as long as it takes.
  ///   - decidesOutcome: Whether something depends on how it ends, so that one that went on after Ctrl-C is no success.
  ///   - ignored: What this process ignores, and the command does not.
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
  /// This process has to have nothing else started that it waits for. What loses its parent is handed over to it from
  /// here on.
  ///
  /// - Parameters:
  ///   - relay: What holds up the signals; one that is not the command's own matter ends it.
  ///   - terminal: The terminal from which this process is controlled, if there is one.
  /// - Returns: How it ended. What it has left running runs on, unless it had to be ended.
  package func ending(_ relay: SignalDeferral, on terminal: Terminal? = Terminal()) -> Ending {
    var group: ProcessGroup
    do throws(Errno) {
      group = try ProcessGroup(isOwn: terminal == nil) { () throws(Errno) in try start(inJob: terminal != nil) }
    } catch {
      return .notStarted(error)
    }
    // Stopped with its job, this process could not keep to a limit.
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
        // Who goes on after Ctrl-C has made it their own matter; who was ended by it wants all to end.
        if !decidesOutcome, terminal != nil, case .exited = ending { relay.forget(ChildCommand.keyboard) }
        return ending
      }
      // Whose it is is seen when it comes: later, the keyboard may belong to others.
      for signal in relay.signals where judged.insert(signal).inserted {
        guard ChildCommand.isOfKeyboard(signal, terminal) else { return finish(&group, signal) }
      }
      if isLast { _ = finish(&group, SIGTERM) }
      return nil
    }
    return ending ?? .outOfTime
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
      return try ChildCommand.start(words, &attributes)
    } catch Errno(rawValue: ENOEXEC) {
      // A script that does not say what it is written in; the shell finds it once more, and runs it itself.
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

  /// Ends the command and what it has started: first by asking.
  private func finish(_ group: inout ProcessGroup, _ signal: CInt) -> Ending {
    group.send(signal)
    // What is stopped does not hear.
    group.send(SIGCONT)
    wait(for: &group)
    // What was started just when the others were looked for is found by the next look.
    for _ in 0..<3 where group.isRunning {
      group.send(SIGKILL)
      usleep(10_000)
      group.update()
    }
    // Only what hangs in the kernel does not end now, and is left alone: what is to be put back cannot wait for it.
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
