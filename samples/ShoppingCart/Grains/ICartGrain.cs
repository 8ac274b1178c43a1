namespace ShoppingCart.Grains;

/// <summary>A customer's cart.</summary>
[Alias("ShoppingCart.ICartGrain")]
public interface ICartGrain : IGrainWithStringKey
{
    /// <summary>Takes a product from the inventory into the cart.</summary>
    /// <param name="product">The product.</param>
    /// <param name="count">How many.</param>
    /// <param name="abandonedAfter">When the customer is to be reminded, should the cart still be full.</param>
    /// <returns>False when there is not enough of it.</returns>
    [Alias("Add")]
    Task<bool> AddAsync(string product, int count, TimeSpan abandonedAfter);

    /// <summary>Makes an order of what is in the cart, and empties it.</summary>
    [Alias("CheckOut")]
    Task CheckOutAsync(string order);

    /// <summary>What is in the cart, and how often the customer was reminded of it.</summary>
    [Alias("Look")]
    Task<CartView> LookAsync();
}
