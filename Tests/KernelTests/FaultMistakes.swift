// SPDX-License-Identifier: Apache-2.0

import Glibc

extension FaultScene {
  /// The mistakes after a run whose call failed: none if each statement is true, and the next call reports a record that
  /// was left.
  func mistakes(after run: TracedRun, of command: FaultCommand) throws -> [String] {
    var mistakes: [String] = []
    let (now, outcome) = (try timeouts, run.outcome)
    if now != command.before && now != command.wanted {
      mistakes.append("the timeouts are neither the old nor the new")
    }
    if let claim = FaultScene.claim(outcome.stdout), claim != now { mistakes.append("it prints other timeouts") }
    let lines = outcome.stderr.split(separator: "\n")
    if lines.contains(where: { !$0.hasPrefix("ipvs-timeout: ") }), !run.mayCrash { mistakes.append("a strange line") }
    if outcome.status == 0 {
      if now != command.end { mistakes.append("it reports success, and the timeouts are not as wanted") }
      if isRecordLeft { mistakes.append("it reports success, and leaves its record") }
      // The status of a trial is about the timeouts.
      let isUnprinted = command.isTrial && outcome.stderr.contains("cannot write the result to standard output (")
      if FaultScene.claim(outcome.stdout) == nil && !isUnprinted { mistakes.append("it prints no result") }
      let warnings = FaultScene.warnings + (isUnprinted ? ["cannot write the result to standard output ("] : [])
      for line in lines where !warnings.contains(where: { line.hasPrefix("ipvs-timeout: \($0)") }) {
        mistakes.append("it reports success, and says something else")
      }
    } else if outcome.status < 0 || run.mayCrash && outcome.status == 127 {
      // Without memory, the program ends like one that was killed.
      if !run.mayCrash { mistakes.append("it crashes") }
    } else {
      mistakes += mistakesOfFailure(run, command, now)
    }
    return mistakes + (try mistakesOfRest(command))
  }

  /// The mistakes with the sentence about a failure.
  private func mistakesOfFailure(_ run: TracedRun, _ command: FaultCommand, _ now: String) -> [String] {
    var mistakes: [String] = []
    let text = run.outcome.stderr
    let isMuted = run.hit.map { $0.name == "write" && $0.arguments[0] == 2 } ?? false
    let isPassedOn = command.isTrial && now == command.before && FaultScene.claim(run.outcome.stdout) != nil
    if text.isEmpty && !isMuted && !isPassedOn { mistakes.append("it fails and says nothing") }
    if text.contains("nothing was") && now != command.before { mistakes.append("it says that nothing was done") }
    if text.contains("were set") && !text.contains("may have been set") && !command.isTrial && now != command.wanted {
      mistakes.append("it says that they were set")
    }
    let isAdmitted =
      FaultScene.claim(run.outcome.stdout) != nil || isMuted
      || FaultScene.admissions.contains { text.contains($0) }
    if now != command.before && !isAdmitted { mistakes.append("it does not say that the timeouts may have changed") }
    return mistakes
  }

  /// The mistakes with the files that a run has left, and with the next calls.
  private func mistakesOfRest(_ command: FaultCommand) throws -> [String] {
    guard isSomethingLeft else { return [] }
    var mistakes: [String] = []
    if isRecordLeft {
      let next = try run("show")
      if !next.stderr.contains("`ipvs-timeout rollback") { mistakes.append("the next call does not report the record") }
    }
    return mistakes + (try mistakesOfRollback(command))
  }

  /// The mistakes after a rollback that follows: it must leave nothing.
  func mistakesOfRollback(_ command: FaultCommand) throws -> [String] {
    let found = try timeouts
    let wasRecordLeft = isRecordLeft
    let rollback = try run("rollback")
    let now = try timeouts
    var mistakes: [String] = []
    if rollback.status != 0 || !rollback.stderr.isEmpty { mistakes.append("rollback fails: \(rollback)") }
    if isSomethingLeft { mistakes.append("rollback leaves \(files)") }
    // A trial that was killed is undone; what `set` has done stays.
    let end = command.isTrial && wasRecordLeft ? command.before : command == .rollback ? command.wanted : found
    if now != end { mistakes.append("after rollback the timeouts are \(now)") }
    return mistakes
  }

  /// The mistakes after a run that was killed, with a rollback and the calls that follow it.
  func mistakes(afterKilling run: TracedRun, of command: FaultCommand) throws -> [String] {
    var mistakes: [String] = []
    let now = try timeouts
    if now != command.before && now != command.wanted {
      mistakes.append("the timeouts are neither the old nor the new")
    }
    if run.outcome.status != -SIGKILL { mistakes.append("it was not killed") }
    // The next calls see only these.
    guard isNew(state: "\(command) \(now) \(files.map { $0.filter { !$0.isNumber } })") else { return mistakes }
    if isRecordLeft, try !self.run("show").stderr.contains("`ipvs-timeout rollback`") {
      mistakes.append("the next call does not report the record")
    }
    mistakes += try mistakesOfRollback(command)
    let end = try timeouts
    expect(&mistakes, try self.run("show"), Outcome(0, "Timeout (tcp tcpfin udp): \(end)\n"))
    expect(
      &mistakes, try self.run("set", "7", "8", "9"), Outcome(0, "Timeout (tcp tcpfin udp): 7 8 9 (was \(end))\n"))
    return mistakes
  }

  private func expect(_ mistakes: inout [String], _ outcome: Outcome, _ expected: Outcome) {
    if outcome != expected { mistakes.append("afterwards: \(outcome)") }
  }

  private var isRecordLeft: Bool { files.contains { $0.hasPrefix("trials/") } }

  /// Whether there is more than the lock, and an empty directory for records.
  var isSomethingLeft: Bool { !Set(files).isSubset(of: ["lock", "trials"]) }

  /// The timeouts that the output claims; `nil` if it has none.
  static func claim(_ output: String) -> String? {
    guard let begin = output.firstRange(of: "Timeout (tcp tcpfin udp): ")?.upperBound else { return nil }
    return output[begin...].split(whereSeparator: \.isWhitespace).prefix(3).joined(separator: " ")
  }

  /// Warnings that do not contradict a success.
  private static let warnings = [
    "cannot lock /run/ipvs-timeout/lock (", "cannot write to /run/ipvs-timeout/trials (",
    "using the program ipvsadm instead of netlink: ",
  ]

  /// Sentences which say that the timeouts have changed, or may have.
  private static let admissions = [
    "were set, but not read back", "may have been set", "cannot write the result to standard output",
    "when this is fixed, run `ipvs-timeout", "the new timeouts should be kept",
  ]
}

extension TracedRun {
  /// Whether the failed call was for memory, which the program and its language cannot do without.
  var mayCrash: Bool { ["brk", "mmap", "mprotect", "munmap"].contains(hit?.name) }
}
