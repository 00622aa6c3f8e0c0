// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import IPVS
internal import Policy
internal import SystemPackage
internal import Text

extension PolicyFile {
  /// Reads a policy file.
  ///
  /// - Throws: ``Failure``, with every mistake in it.
  init(read path: FilePath) throws(Failure) {
    do { self = try PolicyFile(contentsOf: path) } catch { throw Failure(error, in: path) }
  }

  /// Compares every place of which it wants something.
  ///
  /// - Throws: ``Failure``, for what would be the same everywhere.
  func verify(_ output: Invocation.Output, _ access: Invocation.Access) throws(Failure) -> ExitStatus {
    var round = Round(output, access)
    let aims = aims(try access.scope.places(&round, isForPolicy: true), access.scope)
    noteIfNothingIsWanted(aims, output)
    try round.visit(aims, .verify)
    return try round.finished()
  }

  /// Makes every place as it wants.
  ///
  /// - Throws: ``Failure``, for what would be the same everywhere.
  func apply(
    _ application: Invocation.Application, _ output: Invocation.Output, _ access: Invocation.Access
  ) throws(Failure) -> ExitStatus {
    var round = Round(output, access)
    let deed = Deed.correct(isDryRun: application.isDryRun)
    let aims = aims(try access.scope.places(&round, isForPolicy: true), access.scope)
    noteIfNothingIsWanted(aims, output)
    guard let settling = application.settling else {
      try round.visit(aims, deed)
      return try round.finished()
    }
    let done = try round.visit(aims, deed, isFinal: false)
    try settle(settling, deed, &round, done: done)
    return try round.finished()
  }

  /// Applies itself to the namespaces that appear, until none has for so long, or for a minute more than that.
  ///
  /// Whoever binds a namespace makes the file first and then the binding: what is no namespace may become one.
  private func settle(
    _ duration: Duration, _ deed: Deed, _ round: inout Round, done: [Aim]
  ) throws(Failure) {
    var done = Set(done.map(\.purpose))
    var end = ContinuousClock.now + duration
    let last = end + .seconds(60)
    while true {
      let isFinal = ContinuousClock.now >= end
      let aims = aims(try Scope.boundPlaces(), Scope())
      // What has gone is forgotten: the kernel gives its number to the next, which may get its name, too.
      done.formIntersection(aims.map(\.purpose))
      let settled = try round.visit(aims.filter { !done.contains($0.purpose) }, deed, isFinal: isFinal)
      guard !isFinal else { return }
      if !settled.isEmpty { end = min(.now + duration, last) }
      done.formUnion(settled.map(\.purpose))
      usleep(100_000)
    }
  }

  /// Says that a success is not worth much.
  private func noteIfNothingIsWanted(_ aims: [Aim], _ output: Invocation.Output) {
    guard aims.allSatisfy({ $0.wanted == Timeouts() }), !output.isQuiet, !output.isChangedOnly else { return }
    StandardStreams.report("ipvs-timeout: \(path.string.printable) wants nothing in any of these network namespaces")
  }

  /// Where to go: where it wants something, and wherever somebody has named.
  private func aims(_ places: [Place], _ scope: Scope) -> [Aim] {
    places.map { Aim(place: $0, wanted: demand($0).timeouts) }.filter { scope.isNamed || $0.wanted != Timeouts() }
  }

  /// What it wants in one place.
  func demand(_ place: Place) -> PolicyDemand { demand(in: place.namespace, known: place.known) }
}
