namespace Bank.Grains;

/// <summary>What a branch says about a transfer.</summary>
[GenerateSerializer]
[Alias("Bank.TransferReply")]
public enum TransferReply
{
    /// <summary>The money has moved; a majority of the silos has that on disk.</summary>
    Done = 0,

    /// <summary>There was not enough money on the account. Nothing has changed.</summary>
    Declined = 1,
}
