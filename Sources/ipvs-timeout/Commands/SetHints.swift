// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import Doctor
internal import Glibc
internal import IPVS
internal import Linux
internal import SystemPackage
internal import Text

/// Answers to the next questions of a person who has set timeouts: hints on a terminal, one line each.
struct SetHints: Hashable {
  /// Where virtual services are.
  enum Services: Hashable {
    /// In one of the namespaces in which the timeouts were set, or not known.
    case here
    /// Not there, but in these other namespaces.
    case elsewhere([NamespaceTarget])
    /// Not there, and nowhere else; `isCertain` if all other namespaces were checked.
    case nowhere(isCertain: Bool)
  }

  /// Connections that are still on the old timer.
  struct Idle: Hashable {
    var outdated = OutdatedCount()
    /// Whether all connections were read.
    var isComplete = true
    /// Whether a renewal can give them today's timeouts: not if a sync daemon from another director has them, and only
    /// over netlink.
    var isRenewable = true
  }

  /// A line of the policy that wants another value.
  struct Undoing: Hashable {
    let name: Timeouts.Name
    let wanted: Timeout
    let line: Int
    let path: FilePath
    /// Whether systemd applies the policy every minute.
    let isTimed: Bool
  }

  /// The namespaces in which the timeouts were set.
  let targets: [NamespaceTarget]
  var services = Services.here
  var idle = Idle()
  var undoing: Undoing?
}

extension SetHints {
  /// Prints hints, if a person can read them: standard error is a terminal.
  ///
  /// It costs other callers one system call.
  ///
  /// - Parameters:
  ///   - wanted: The timeouts that were set.
  ///   - access: Where they were set.
  @inline(never)
  static func print(_ wanted: Timeouts, _ access: Access) {
    guard isatty(STDERR_FILENO) == 1 else { return }
    var context = CommandContext(access)
    do throws(Failure) {
      let targets = try access.selection.targets(&context)
      for sentence in SetHints(wanted, targets, within: .milliseconds(500)).sentences {
        StandardStreams.report("ipvs-timeout: hint: \(sentence)")
      }
    } catch {
      // The timeouts are set, and that was reported; without the namespaces there are no hints.
    }
  }

  /// Collects the facts, and stops reading when the time is over.
  init(_ wanted: Timeouts, _ targets: [NamespaceTarget], within time: Duration) {
    let end = ContinuousClock.now + time
    self.init(targets: targets)
    undoing = SetHints.undoing(wanted, targets)
    services = SetHints.services(targets, until: end)
    idle = SetHints.idle(wanted, targets, until: end)
  }

  private static func undoing(_ wanted: Timeouts, _ targets: [NamespaceTarget]) -> Undoing? {
    guard let policy = try? PolicyFile(contentsOf: PolicyFile.usualPath),
      let list = try? NamespaceList(includingProcesses: false)
    else { return nil }
    // The policy is applied where systemd is, which may be another namespace.
    for target in targets {
      let known = list.info(for: target.namespace)
      let isHost = target.namespace.isOfFirstProcess ?? target.isHost
      let demand = policy.demand(isHost: isHost, paths: target.namespace.paths(known))
      for name in wanted.names {
        guard let other = demand.timeouts[name], other != wanted[name], let line = demand.line(of: name) else {
          continue
        }
        let timer = "ipvs-timeout.timer"
        let isTimed = SystemdUnits(named: [timer])?.state(of: timer) == .enabled
        return Undoing(name: name, wanted: other, line: line, path: policy.path, isTimed: isTimed)
      }
    }
    return nil
  }

  private static func services(_ targets: [NamespaceTarget], until end: ContinuousClock.Instant) -> Services {
    for target in targets {
      // Without an answer there is nothing to report.
      guard (try? target.namespace.hasServices()) == false else { return .here }
    }
    guard let list = try? NamespaceList() else { return .nowhere(isCertain: false) }
    var isCertain = list.hiddenProcesses == 0
    let own = targets.map(\.namespace.identity)
    var found: [NamespaceTarget] = []
    for known in list.namespaces where !own.contains(known.namespace.identity) {
      do throws(IPVSError) {
        guard ContinuousClock.now < end else { return found.isEmpty ? .nowhere(isCertain: false) : .elsewhere(found) }
        if try known.namespace.hasServices() { found.append(NamespaceTarget(known)) }
      } catch {
        // A namespace that has gone, or a file that is not a namespace, has no services.
        isCertain = isCertain && [.noSuchNamespace, .notANamespace].contains(error.code)
      }
    }
    return found.isEmpty ? .nowhere(isCertain: isCertain) : .elsewhere(found)
  }

  private static func idle(_ wanted: Timeouts, _ targets: [NamespaceTarget], until end: ContinuousClock.Instant) -> Idle
  {
    var idle = Idle()
    let wheel = TimerWheel.current
    for target in targets {
      do throws(IPVSError) {
        var table = try ConnectionTable(in: target.namespace)
        let rule = OutdatedRule(wanted, hasBackupDaemon: table.hasBackupDaemon ?? true)
        if table.hasBackupDaemon != false || !Privilege.isInitialUserNamespace { idle.isRenewable = false }
        var number = 0
        while let connection = try table.next() {
          number += 1
          if number.isMultiple(of: 64), ContinuousClock.now >= end {
            idle.isComplete = false
            return idle
          }
          guard case .timeout(let name) = TimerSource(for: ConnectionKind(connection)), let limit = wanted[name],
            rule.isOutdated(connection, limit: limit)
          else { continue }
          let left = connection.secondsLeft
          idle.outdated.count += 1
          let latestEnd = wheel.latestEnd(after: left, name)
          idle.outdated.seconds = max(idle.outdated.seconds, min(left - limit.seconds, latestEnd))
          idle.outdated.lastEnd = max(idle.outdated.lastEnd, wheel.earliestEnd(after: left))
          idle.outdated.latestEnd = max(idle.outdated.latestEnd, latestEnd)
        }
      } catch {
        idle.isComplete = false
      }
    }
    return idle
  }
}

extension SetHints {
  /// The hints, the most important one first.
  var sentences: [String] { [servicesSentence, undoingSentence, idleSentence].compactMap(\.self) }

  private var place: String {
    targets.count == 1 ? targets[0].namespace.place : "these network namespaces"
  }

  private var servicesSentence: String? {
    switch services {
    case .here: return nil
    case .nowhere(isCertain: true):
      return "there is no virtual service in \(place), nor in any other, so the timeouts have no effect yet"
    case .nowhere(isCertain: false):
      return "there is no virtual service in \(place), so the timeouts have no effect here"
    case .elsewhere(let others):
      let names = others.prefix(3).map(\.name.printable).joined(separator: ", ")
      let more = others.count > 3 ? " and \(others.count - 3) more" : ""
      let option = others.count == 1 ? NamespaceCommands(others[0].namespace, known: others[0].known).namedOption : ""
      return "there is no virtual service in \(place), but there is in \(names)\(more); to set the timeouts there, add"
        + " `\(option.isEmpty ? "--all-netns --in-use" : String(option.dropFirst()))`"
    }
  }

  private var undoingSentence: String? {
    guard let undoing else { return nil }
    let reason = "because line \(undoing.line) of \(undoing.path.string.printable) wants \(undoing.name.rawValue)"
    let actor =
      undoing.isTimed ? "the policy will undo this within a minute" : "the next `ipvs-timeout apply` will undo this"
    return "\(actor), \(reason) \(undoing.wanted.seconds) s; to keep your value, change that line"
  }

  private var idleSentence: String? {
    guard idle.outdated.count > 0 else { return nil }
    let option = targets.count == 1 ? NamespaceCommands(targets[0].namespace).option : " --all-netns"
    let see =
      idle.isRenewable
      ? "; to renew them now: `ipvs-timeout renew\(option)`" : "; see `ipvs-timeout connections\(option)`"
    let clause =
      idle.outdated.clause + (idle.outdated.count == 1 ? ", until its next packet" : ", each until its next packet")
    guard idle.isComplete else { return "at least " + clause + see }
    let end = DurationText.range(idle.outdated.lastEnd, idle.outdated.latestEnd)
    let silent =
      idle.outdated.count == 1 ? "; if silent, it ends in \(end)" : "; the last silent one ends in \(end)"
    return clause + silent + see
  }
}
