using Orleans.EventSourcing.Common;

namespace Orleans.Replication.Journals.Provider;

/// <summary>An event that was raised and is not confirmed yet.</summary>
internal sealed class JournalSubmission<TEvent> : SubmissionEntry<TEvent>
{
    /// <summary>The event as it is going to be stored. Made when it was raised: what the grain does with the object afterwards does not matter.</summary>
    public required ReadOnlyMemory<byte> Bytes { get; init; }
}
