// SPDX-License-Identifier: Apache-2.0

internal import Connections
internal import IPVS
internal import Text

/// Metrics for node_exporter's textfile collector; all samples of one stand together, so they are gathered first.
struct ConnectionsMetrics {
  private var counts = ""
  private var outdated = ""
  private var namespaces = MetricLabels()

  /// Adds the samples of a namespace.
  mutating func add(_ report: ConnectionsReport) {
    let namespace = namespaces.label(for: report.place.name)
    for tally in report.summary.tallies {
      let labels =
        "{netns=\"\(namespace)\",protocol=\"\(tally.kind.transport.name.metricLabel)\","
        + "state=\"\(tally.kind.state.name.metricLabel)\",template=\"\(tally.kind.isTemplate ? 1 : 0)\"}"
      counts += "ipvs_timeout_connections\(labels) \(tally.count)\n"
      if tally.allowed != nil { outdated += "ipvs_timeout_connections_outdated\(labels) \(tally.outdated)\n" }
    }
  }

  /// All of them.
  var text: String {
    """
    # HELP ipvs_timeout_connections Entries in the IPVS connection table.
    # TYPE ipvs_timeout_connections gauge
    \(counts)# HELP ipvs_timeout_connections_outdated Connections whose timer is longer than the timeout allows.
    # TYPE ipvs_timeout_connections_outdated gauge
    \(outdated)
    """
  }
}
