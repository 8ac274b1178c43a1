namespace KeyValue.Grains;

/// <summary>How a write ended. A failed condition is an answer and no exception: clients that compare and swap get it all the time.</summary>
[GenerateSerializer]
[Alias("KeyValue.WriteStatus")]
public enum WriteStatus
{
    /// <summary>It is on the disks of a majority.</summary>
    Done = 0,

    /// <summary>The key did not exist, and there was nothing to delete.</summary>
    NotFound = 1,

    /// <summary>The key had another version; nothing was written.</summary>
    ConditionFailed = 2,
}
