
document.documentElement.classList.add('scripted');
for (const slide of document.querySelectorAll('.slide')) {
  const figure = slide.closest('figure');
  const input = slide.querySelector('input');
  const output = slide.querySelector('output');
  const button = slide.querySelector('button');
  const told = JSON.parse(slide.dataset.told);
  const clips = [...figure.querySelectorAll('clipPath')].map((clip) => [...clip.children]);
  const widths = clips.map((clip) => clip.map((rect) => rect.getAttribute('width')));
  let playing = null;
  const show = () => {
    const step = Number(input.value);
    clips.forEach((clip, i) => clip.forEach((rect, j) => rect.setAttribute('width', j < step ? widths[i][j] : '0')));
    output.textContent = told[step];
  };
  const stop = () => {
    clearInterval(playing);
    playing = null;
    button.textContent = 'Play';
  };
  button.addEventListener('click', () => {
    if (playing) {
      stop();
      return;
    }
    if (input.value === input.max) input.value = 0;
    button.textContent = 'Pause';
    playing = setInterval(() => {
      input.value = Number(input.value) + 1;
      show();
      if (input.value === input.max) stop();
    }, 200);
  });
  input.addEventListener('input', () => {
    stop();
    show();
  });
  window.addEventListener('beforeprint', () => {
    input.value = input.max;
    show();
  });
  show();
}
