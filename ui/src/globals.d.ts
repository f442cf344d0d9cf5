/** Version of the bundle, from Cargo.toml. */
declare const __VERSION__: string;
