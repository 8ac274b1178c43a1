using Orleans.Replication;
using Orleans.Storage;

namespace Orleans.Configuration;

/// <summary>How the journals of journaled grains are kept in a Raft group.</summary>
public sealed class RaftLogConsistencyOptions : IStorageProviderSerializerOptions
{
    /// <summary>
    /// The group that holds the journals. Default <c>"default"</c>. Several providers may share a group: their records are apart, since the
    /// provider's name is part of every key.
    /// </summary>
    public string Group { get; set; } = ReplicationGroups.Default;

    /// <summary>
    /// How events become bytes. Default: the serializer registered under the provider's name, else the one registered without a name, which is
    /// Orleans' JSON serializer.
    /// </summary>
    public IGrainStorageSerializer GrainStorageSerializer { get; set; } = null!;
}
