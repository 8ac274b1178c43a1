using Orleans.EventSourcing.Common;

namespace Orleans.Replication.Journals.Provider;

/// <summary>The group could not be asked, and is asked again. What a grain hears of in <c>OnConnectionIssue</c>.</summary>
[Serializable, GenerateSerializer, Alias("Orleans.Replication.JournalUnavailable")]
internal sealed class JournalUnavailable : PrimaryOperationFailed
{
    /// <inheritdoc/>
    public override string ToString() => $"The journal's replication group is not available: {Exception?.Message}";
}
