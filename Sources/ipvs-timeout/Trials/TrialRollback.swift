// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS

/// Ends what was set for a while: puts back what nobody else has changed, or sees what has become of what is kept.
struct TrialRollback {
  private let access: Access
  private let isKeeping: Bool
  /// Whether somebody has named the network namespaces, so that the result does.
  private let isNamed: Bool
  /// What to do where that is not possible.
  private let advice: (Stake) -> String

  init(
    _ access: Access, isNamed: Bool, isKeeping: Bool = false, advice: @escaping (Stake) -> String
  ) {
    self.access = access
    self.isKeeping = isKeeping
    self.isNamed = isNamed
    self.advice = advice
  }

  /// Ends it in each of these network namespaces; none stops the others.
  ///
  /// - Parameters:
  ///   - stakes: What was set where.
  ///   - account: Gets what there is to say of it.
  /// - Returns: Whether nothing failed.
  func end(_ stakes: [Stake], _ account: inout Account) -> Bool {
    var isDone = true
    for stake in stakes {
      do throws(DirectorError) {
        if try !end(stake, &account) { isDone = false }
      } catch  where error.namespaceIsMissing {
        noteThatItHasGone(stake, &account)
      } catch {
        account.note(Failure(error), advice(stake))
        isDone = false
      }
    }
    return isDone
  }

  /// Ends it in one; returns whether what was put back is so.
  private func end(_ stake: Stake, _ account: inout Account) throws(DirectorError) -> Bool {
    let found: NamespaceTarget?
    do throws(IPVSError) { found = try stake.whereabouts() } catch { throw .kernel(error) }
    guard let place = found else {
      noteThatItHasGone(stake, &account)
      return true
    }
    let director = try Director(in: place.namespace, access)
    let last = try director.timeouts()
    let restoration =
      isKeeping
      ? RollbackPlan(keeping: stake.set, now: last) : RollbackPlan(before: stake.before, set: stake.set, now: last)
    var after = last
    if restoration.putBack != Timeouts() {
      try director.send(restoration.putBack)
      do throws(DirectorError) { after = try director.timeouts() } catch {
        throw error.readingBack(restoration.putBack)
      }
    }
    let end = TrialResult(
      before: stake.before, meanwhile: stake.set.merging(stake.before), last: last, after: after,
      isKept: isKeeping, left: restoration.left)
    for name in end.left.names { account.note(end.sentence(name, in: place.namespace.place)) }
    account.add(TimeoutsReport(target: isNamed ? place : nil, backend: director.backend, content: .trial(end)))
    let change = TimeoutsChange(wanted: restoration.putBack, before: last, after: after)
    do throws(Failure) {
      _ = try TimeoutsReport(target: place, backend: director.backend, content: .change(change)).status()
      return true
    } catch {
      account.note(error)
      return false
    }
  }

  private func noteThatItHasGone(_ stake: Stake, _ account: inout Account) {
    account.note(
      "\(stake.place.namespace.place) has gone meanwhile, and its timeouts with it: there is nothing to"
        + (isKeeping ? " keep" : " put back"))
  }
}

extension Director {
  /// Opens one network namespace.
  fileprivate init(in namespace: NetworkNamespace, _ access: Access) throws(DirectorError) {
    var round = try DirectorSequence(in: [namespace], backend: access.backend, ipvsadm: access.ipvsadm)
    self = try round.next()
  }
}

/// What has become of timeouts that were set for a while.
struct TrialResult {
  /// What was before.
  let before: Timeouts
  /// What was set.
  let meanwhile: Timeouts
  /// What was at the end of the while.
  let last: Timeouts
  /// What is.
  let after: Timeouts
  /// Whether they were to stay.
  let isKept: Bool
  /// What is where another program has changed it meanwhile, so that it was neither kept nor put back.
  let left: Timeouts

  /// What was done at the end, in a few words.
  var outcome: String {
    if before == meanwhile && meanwhile == last && last == after { return "unchanged" }
    guard isKept || last != after else { return left.names.isEmpty ? "as before" : "left as it is" }
    let others = left.names.isEmpty ? "" : ", but not \(left.names.map(\.rawValue).joined(separator: " "))"
    return (isKept ? "kept" : "put back") + others
  }

  /// What is no longer so, because it was kept or put back; `nil` where neither was done.
  var replaced: Timeouts? {
    let was = isKept ? before : last
    return was == after ? nil : was
  }

  /// What is left, and why.
  func sentence(_ name: Timeouts.Name, in place: String) -> String {
    func text(_ timeouts: Timeouts) -> String { timeouts[name].map { "\($0.seconds) s" } ?? "not there" }
    return "\(name.rawValue) in \(place) is left at \(text(left)): it was \(text(before)) and was set to"
      + " \(text(meanwhile)) here, but the command or another program has changed it since"
  }
}
