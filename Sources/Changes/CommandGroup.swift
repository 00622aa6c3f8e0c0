// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Namespaces
internal import SystemPackage

/// A command and what it has started, to be ended together.
///
/// Where there is no terminal, it is a process group of its own. On a terminal, the command stays in the group of the
/// caller's job: so Ctrl-C, Ctrl-Z and `fg` work on both, it may read what is typed, and so may a pager behind a pipe. The
/// command's processes are then those that are new in the group.
struct CommandGroup {
  /// The terminal and those that were in the group before the command; `nil` where there is no terminal.
  private let job: Job?

  private struct Job {
    let terminal: Terminal
    let others: Set<pid_t>
  }

  /// That of a command that will be started next.
  init(on terminal: Terminal?) {
    job = terminal.map { Job(terminal: $0, others: CommandGroup.members) }
  }

  /// Whether the command is to lead a group of its own.
  var isOwn: Bool { job == nil }

  /// The signals that a terminal sends to the whole job, so that the command has got them already.
  var signalsOfKeyboard: [CInt] { isOwn ? [] : [SIGINT, SIGQUIT] }

  /// Whether a signal has come from the terminal's keyboard, as far as can be told.
  func isOfKeyboard(_ signal: CInt) -> Bool {
    signalsOfKeyboard.contains(signal) && job?.terminal.isForeground == true
  }

  /// Sends a signal to the command and to what it has started.
  func send(_ signal: CInt, to process: pid_t) {
    guard let job else {
      kill(-process, signal)
      return
    }
    for member in CommandGroup.members.subtracting(job.others) { kill(member, signal) }
  }

  /// Whether something is left of it when the command itself has ended.
  func isLeft(of process: pid_t) -> Bool {
    guard let job else { return kill(-process, 0) == 0 }
    return !CommandGroup.members.isSubset(of: job.others)
  }

  /// The processes in the group of this one that have not ended, but for this one.
  private static var members: Set<pid_t> {
    let (own, group) = (getpid(), getpgrp())
    let processes = (try? DirectoryNames.all(in: "/proc"))?.compactMap { pid_t($0.string) } ?? []
    return Set(processes.filter { $0 != own && isRunning($0, in: group) })
  }

  /// The kernel writes `1234 (name) S 1 1234 …`: state, parent, group; the name may hold anything.
  private static func isRunning(_ process: pid_t, in group: pid_t) -> Bool {
    guard let bytes = try? WholeFile.read(FilePath("/proc/\(process)/stat")),
      let end = bytes.lastIndex(of: UInt8(ascii: ")"))
    else { return false }
    let words = String(decoding: bytes[(end + 1)...], as: UTF8.self).split(separator: " ")
    return words.count > 2 && words[0] != "Z" && pid_t(words[2]) == group
  }
}
