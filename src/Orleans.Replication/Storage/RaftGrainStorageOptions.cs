using Orleans.Replication;
using Orleans.Storage;

namespace Orleans.Configuration;

/// <summary>How a grain storage provider keeps its records in a Raft group.</summary>
public sealed class RaftGrainStorageOptions : IStorageProviderSerializerOptions
{
    /// <summary>
    /// The group that holds the records. Default <c>"default"</c>. Several providers may share a group: their records are apart, since the
    /// provider's name is part of every key.
    /// </summary>
    public string Group { get; set; } = ReplicationGroups.Default;

    /// <summary>
    /// What clearing a state leaves behind. False, the default: a small tombstone with a new etag, so that an activation which has not seen the
    /// clearing cannot write over it. True: nothing; the record and its key are gone, and the next write has to present no etag, as for a
    /// state that was never written. Either way an activation with a stale etag is refused.
    /// </summary>
    public bool DeleteStateOnClear { get; set; }

    /// <summary>
    /// How states become bytes. Default: the serializer registered under the provider's name, else the one registered without a name, which is
    /// Orleans' JSON serializer.
    /// </summary>
    public IGrainStorageSerializer GrainStorageSerializer { get; set; } = null!;
}
