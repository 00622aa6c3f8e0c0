// SPDX-License-Identifier: Apache-2.0

internal import Changes
internal import Directors
internal import IPVS

/// Ends what was set for a while: puts back what nobody else has changed, or sees what has become of what is kept.
struct Restorer {
  private let access: Invocation.Access
  private let isKeeping: Bool
  /// Whether somebody has named the network namespaces, so that the result does.
  private let isNamed: Bool
  /// What to do where that is not possible.
  private let advice: (Stake) -> String
  /// What became of it, to be printed.
  private(set) var reports: [Report] = []
  /// How the worst of it failed.
  private(set) var status = ExitStatus.success

  init(
    _ access: Invocation.Access, isNamed: Bool, isKeeping: Bool = false, advice: @escaping (Stake) -> String
  ) {
    self.access = access
    self.isKeeping = isKeeping
    self.isNamed = isNamed
    self.advice = advice
  }

  /// Ends it in each of these network namespaces; none stops the others.
  mutating func end(_ stakes: [Stake]) {
    for stake in stakes {
      do throws(BackendError) {
        try end(stake)
      } catch  where error.isAboutFile {
        tellOfGone(stake)
      } catch {
        let failure = Failure(error)
        StandardStreams.report("\(failure.message ?? ""); \(advice(stake))")
        status = status.worse(failure.status)
      }
    }
  }

  private mutating func end(_ stake: Stake) throws(BackendError) {
    let namespace: NetworkNamespace?
    do throws(IPVSError) { namespace = try stake.namespace() } catch { throw .netlink(error) }
    guard let namespace else { return tellOfGone(stake) }
    let director = try Director(in: namespace, access)
    let now = try director.timeouts()
    let restoration =
      isKeeping
      ? Restoration(keeping: stake.set, now: now) : Restoration(before: stake.before, set: stake.set, now: now)
    var after = now
    if restoration.putBack != Timeouts() {
      try director.send(restoration.putBack)
      do throws(BackendError) { after = try director.timeouts() } catch {
        throw .notReadBack(restoration.putBack, error)
      }
    }
    let end = TrialEnd(
      before: stake.before, meanwhile: stake.set.filled(from: stake.before), after: after, isKept: isKeeping,
      left: restoration.left)
    for name in end.left.names {
      StandardStreams.report("ipvs-timeout: \(end.sentence(name, in: stake.place.namespace.place))")
    }
    reports.append(
      Report(place: isNamed ? stake.place : nil, backend: director.backend, finding: .trial(end)))
    check(TimeoutsChange(wanted: restoration.putBack, before: now, after: after), stake, director.backend)
  }

  /// Tells where what was just put back is not so.
  private mutating func check(_ change: TimeoutsChange, _ stake: Stake, _ backend: BackendChoice) {
    do throws(Failure) {
      _ = try Report(place: stake.place, backend: backend, finding: .change(change)).status()
    } catch {
      if let message = error.message { StandardStreams.report(message) }
      status = status.worse(error.status)
    }
  }

  private func tellOfGone(_ stake: Stake) {
    StandardStreams.report(
      "ipvs-timeout: \(stake.place.namespace.place) has gone meanwhile, and its timeouts with it: there is nothing to"
        + (isKeeping ? " keep" : " put back"))
  }
}

extension Director {
  /// Opens one network namespace.
  fileprivate init(in namespace: NetworkNamespace, _ access: Invocation.Access) throws(BackendError) {
    var round = try DirectorRound(in: [namespace], backend: access.backend, ipvsadm: access.ipvsadm)
    self = try round.following()
  }
}
