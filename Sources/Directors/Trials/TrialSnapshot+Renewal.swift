// SPDX-License-Identifier: Apache-2.0

package import IPVS
internal import SystemPackage

extension TrialSnapshot {
  /// Renews connections with the daemon of the snapshot.
  ///
  /// - Parameters:
  ///   - rule: Which connections to renew.
  ///   - target: The namespace, as it is reached now.
  ///   - isInterrupted: Asked again and again; `true` ends the renewal early.
  /// - Returns: The result.
  /// - Throws: ``DirectorError``.
  func renew(
    by rule: RenewalRule, in target: TrialTarget, until isInterrupted: () -> Bool
  ) throws(DirectorError) -> RenewalReport {
    do throws(IPVSError) {
      let renewal = ConnectionRenewal(rule, daemon: daemon ?? RenewalDaemon())
      return try renewal.run(over: try Client(in: target.namespace), until: isInterrupted)
    } catch {
      throw .kernel(error)
    }
  }

  /// Stops the daemon of the snapshot.
  ///
  /// - Returns: The namespace in which it ran; `nil` if it did not run.
  /// - Throws: ``DirectorError``.
  func stopDaemon() throws(DirectorError) -> TrialTarget? {
    guard let daemon else { return nil }
    do throws(IPVSError) {
      guard let target = try located() else { return nil }
      return try Client(in: target.namespace).stop(daemon) ? target : nil
    } catch {
      throw .kernel(error)
    }
  }

  /// Renews the connections of a namespace without a trial, with a record of the daemon while it runs.
  ///
  /// - Parameters:
  ///   - target: The namespace.
  ///   - rule: Which connections to renew.
  ///   - command: The command, for the record.
  ///   - isInterrupted: Asked again and again; `true` ends the renewal early.
  /// - Returns: The result.
  /// - Throws: ``DirectorError``; without a record, nothing is renewed.
  package static func renewConnections(
    of target: TrialTarget, by rule: RenewalRule, for command: String, until isInterrupted: () -> Bool
  ) throws(DirectorError) -> RenewalReport {
    let snapshot: TrialSnapshot
    do throws(IPVSError) {
      // Without privileges or IPVS, the record could not be written either, but that would be the wrong reason.
      _ = try Client(in: target.namespace).timeouts()
      snapshot = try TrialSnapshot(of: target, before: Timeouts(), set: Timeouts(), isRenewing: true)
    } catch {
      throw .kernel(error.aboutRenewal)
    }
    let record = TrialRecord(
      command: command, backend: .netlink, ipvsadm: nil, snapshots: [snapshot])
    let file: TrialFile
    do throws(TrialFileError) {
      file = try TrialFile.write(record)
    } catch {
      throw .kernel(.notRecorded(error, in: target.namespace))
    }
    do throws(DirectorError) {
      let report = try snapshot.renew(by: rule, in: target, until: isInterrupted)
      file.remove()
      return report
    } catch {
      // If the daemon may still run, the record must stay.
      if !error.isAboutStoppingDaemon { file.remove() }
      throw error
    }
  }
}

extension DirectorError {
  /// Whether the daemon of a renewal may still run.
  var isAboutStoppingDaemon: Bool {
    if case .kernel(let error) = cause { error.operation == .stopDaemon } else { false }
  }
}

extension IPVSError {
  /// The same failure; a refusal that only a renewal meets, because `auto` has another backend, is about the renewal.
  package var aboutRenewal: IPVSError {
    code == .userNamespace ? IPVSError(code, .startDaemon, in: namespace, errno: underlyingErrno) : self
  }
}

extension Director {
  /// Checks that the connections here can be renewed, before anything is changed: that needs netlink.
  ///
  /// - Throws: ``DirectorError``, when netlink refuses the caller.
  package mutating func requireRenewal() throws(DirectorError) {
    _ = try timeouts()
    if backend == .sockopt, let reason = fallback.reason { throw .kernel(reason.aboutRenewal) }
  }
}

extension RenewalRule {
  /// The same rule after a change of the timeouts: it saves connections from a timeout that was raised, too.
  package func after(_ change: TimeoutsChange) -> RenewalRule {
    var rule = self
    rule.previous = change.before
    rule.includesShorter = true
    return rule
  }
}
