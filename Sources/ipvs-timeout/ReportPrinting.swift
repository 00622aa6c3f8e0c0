// SPDX-License-Identifier: Apache-2.0

extension Invocation.Output {
  /// Writes a report to standard output.
  ///
  /// - Throws: ``Failure``, when it cannot be written.
  func print(_ report: Report) throws(Failure) {
    guard isShown(report) else { return }
    try StandardStreams.print(format.render(report))
  }

  /// Writes reports to standard output, together.
  ///
  /// - Throws: ``Failure``, when they cannot be written.
  func print(_ reports: [Report]) throws(Failure) {
    let shown = reports.filter(isShown)
    guard !shown.isEmpty else { return }
    try StandardStreams.print(format.render(shown))
  }

  private func isShown(_ report: Report) -> Bool { !isQuiet && (!isChangedOnly || report.isChanged) }
}
