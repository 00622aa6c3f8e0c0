// SPDX-License-Identifier: Apache-2.0

package import IPVS
package import Linux
package import SystemPackage
internal import Text

/// An event of a trial, to be reported.
///
/// Events are reported at the end. A reader may be slow or read nothing at all, and restoring timeouts cannot wait for
/// it.
package enum TrialEvent: Sendable, Hashable {
  /// The result for the timeouts in one namespace, in this trial or in an earlier one that it has finished.
  case result(TrialResult, isEarlier: Bool)
  /// Connections were renewed in a namespace.
  case renewed(RenewalReport, TrialTarget)
  /// The backup daemon of a renewal that was killed ran in this namespace, and is stopped.
  case stoppedDaemon(NetworkNamespace)
  /// Another backend was used than expected.
  case fallback(Fallback)
  /// A director failed. The advice is for failures whose sentence does not contain it.
  case failed(DirectorError, advice: String? = nil)
  /// The kernel does not have the values that were set or restored.
  case mismatch(TimeoutsChange.Mismatch, in: NetworkNamespace)
  /// ipvsadm could not restore this timeout, because it is too long.
  case tooLongForIpvsadm(Timeouts.Name, in: NetworkNamespace)
  /// Nothing was set in any of several namespaces, because one of them failed.
  case nothingSet
  /// There is no namespace in which timeouts could be set.
  case noNamespace
  /// The record for restoring could not be written.
  case notRecorded(TrialFileError)
  /// A remark about the decision.
  case remark(String)
  /// A process that is part of this change did not end in time; `nil` if it is not visible which.
  case disturbed(LockHolder?)
  /// The namespace ended during the trial.
  case gone(NetworkNamespace, isKept: Bool)
  /// Another program has changed this timeout during the trial.
  case left(Timeouts.Name, TrialResult)
  /// An earlier trial's record, at this path, is damaged.
  case unreadable(String)
  /// The system refused to read an earlier trial's record, at this path.
  case notRead(String, Errno)
  /// A file among the records, at this path, is not one.
  case notARecord(String, OwnershipFault)
  /// A file among the records, at this path, could not be removed.
  case notRemoved(String, Errno)
  /// The records in this directory cannot be used.
  case unusableRecords(String, TrialFileError)
  /// An earlier trial, of this command, is not finished, because a later one still runs; `nil` if it is not visible
  /// which.
  case stillRunning(LockHolder?, String)
}

extension TrialEvent {
  /// The sentence for people; `nil` for a result, which has its own format, and for an event without a message.
  package var sentence: String? {
    switch self {
    case .result, .renewed: nil
    case .stoppedDaemon(let namespace):
      "stopped the backup daemon that a killed renewal had left in \(namespace.place)"
    case .fallback(let fallback): fallback.sentence
    case .failed(let error, let advice): error.description + (advice.map { "; \($0)" } ?? "")
    case .mismatch(let mismatch, let namespace): mismatch.sentence(in: namespace)
    case .tooLongForIpvsadm(let name, let namespace):
      "\(name.rawValue) in \(namespace.place) could not be restored through ipvsadm, which accepts at most 31 days;"
        + " leave out --backend ipvsadm, or use `ipvs-timeout set`"
    case .nothingSet: "nothing was set, because a trial sets all of its network namespaces or none"
    case .noNamespace: "nothing was set, because no network namespace was selected"
    case .notRecorded(let error):
      "cannot write to \(ChangeDirectory.usual.trials) (\(error)), so the old timeouts cannot be restored automatically"
        + " if this program is killed"
    case .remark(let sentence): sentence
    case .disturbed(let holder):
      "a process of the command still changes timeouts: \(holder.subject) did not end within 10 s; when it has ended,"
        + " check the timeouts and run `ipvs-timeout rollback`"
    case .gone(let namespace, let isKept):
      "\(namespace.place) no longer exists, so there are no timeouts to \(isKept ? "keep" : "restore")"
    case .left(let name, let result): result.sentence(name)
    case .unreadable(let path):
      "cannot read \(path.printable), which an earlier trial or renewal left; \(TrialEvent.correction) run"
        + " `ipvs-timeout rollback --keep`"
    case .notRead(let path, let errno):
      "cannot read \(path.printable), which an earlier trial or renewal left (\(errno.description), errno"
        + " \(errno.rawValue)); when this is fixed, run `ipvs-timeout rollback`"
    case .notARecord(let path, let fault):
      "\(path.printable) is not a record of a trial: \(fault); \(TrialEvent.correction) run"
        + " `ipvs-timeout rollback --keep`"
    case .notRemoved(let path, let errno):
      "cannot remove \(path.printable) (\(errno.description), errno \(errno.rawValue)); remove it with"
        + " `rm -r \(path.shellWord)`"
    case .unusableRecords(let path, .untrusted(let fault)):
      "the records of trials in \(path) are not used, because \(fault); \(TrialEvent.correction) run `rm -r \(path)`"
    case .unusableRecords(let path, .system(let errno)):
      "cannot read the records of trials in \(path) (\(errno.description), errno \(errno.rawValue)); when this is fixed,"
        + " run `ipvs-timeout rollback`"
    case .unusableRecords(let path, let error):
      "the records of trials in \(path) are not used, because \(TrialEvent.excess(error)); \(TrialEvent.correction) run"
        + " `rm -r \(path)`"
    case .stillRunning(let holder, let command):
      "an earlier `ipvs-timeout \(command.printable)` is not finished, because \(holder.subject) still runs in the same"
        + " network namespace; wait until it ends, then run `ipvs-timeout rollback`"
    }
  }

  /// Which limit the records exceed.
  private static func excess(_ error: TrialFileError) -> String {
    error == .tooLarge
      ? "they have more than \(TrialRecords.maximumSize >> 20) MiB" : "there are more than \(TrialRecords.maximumCount)"
  }

  /// What to do if nothing can be restored.
  private static let correction = "check the timeouts with `ipvs-timeout show --all-netns`, correct them, then"
}
